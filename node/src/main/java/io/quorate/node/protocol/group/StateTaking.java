package io.quorate.node.protocol.group;

import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.ring.topology.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * A state that comes in. It is written beside the present one, piece by piece, and takes its place in one step at the end, so
 * that nothing is half there after a crash.
 */
final class StateTaking {
    private final long transferNanos;
    private @Nullable Coming coming;

    /** What comes, from whom, and how far it has come. */
    private static final class Coming {
        private final NodeId from;
        private final long transfer;
        private final GroupCommit.Header header;
        private int next = 1;
        private boolean writing;
        private long heardAt;

        private Coming(NodeId from, long transfer, GroupCommit.Header header, long now) {
            this.from = from;
            this.transfer = transfer;
            this.header = header;
            this.heardAt = now;
        }
    }

    StateTaking(long transferNanos) {
        this.transferNanos = transferNanos;
    }

    void begin(NodeId from, GroupMessage.OfferState offer, long now) {
        Coming begun = new Coming(from, offer.transfer(), offer.header(), now);
        begun.writing = true;
        coming = begun;
    }

    boolean isGoingOn() {
        return coming != null;
    }

    /** Whether the next write of this transfer may begin: it is the piece that is waited for. */
    boolean take(NodeId from, GroupMessage.StatePart part, long now) {
        Coming present = coming;
        if (present == null
                || present.writing
                || !present.from.equals(from)
                || present.transfer != part.transfer()
                || present.next != part.number()) {
            return false;
        }
        present.writing = true;
        present.heardAt = now;
        present.next++;
        return true;
    }

    /** A write of a transfer has ended; false if that transfer is over. */
    boolean written(long transfer) {
        Coming present = coming;
        if (present == null || present.transfer != transfer) {
            return false;
        }
        present.writing = false;
        return true;
    }

    GroupCommit.Header header() {
        Coming present = coming;
        if (present == null) {
            throw new IllegalStateException("no state comes in");
        }
        return present.header;
    }

    void end() {
        coming = null;
    }

    /** Whether nothing has come for too long; a write that is under way is waited for. */
    boolean isOverdue(long now) {
        Coming present = coming;
        return present != null && !present.writing && now - present.heardAt >= transferNanos;
    }
}
