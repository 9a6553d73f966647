package io.quorate.node.protocol.group;

import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * A state that comes in. It is written beside the present one, piece by piece, and takes its place in one step at the end, so
 * that nothing is half there after a crash.
 */
final class StateTaking {
    private final ReplicaSetId set;
    private final long transferNanos;
    private final PartOutput output;
    private final Taker taker;
    private @Nullable Coming coming;

    /** Who a state comes to. */
    interface Taker {
        /** Whether it is wanted; if so {@link #taken} or {@link #notTaken} follows. */
        boolean wants(NodeId from, GroupMessage.OfferState offer, long now);

        /** It has taken the place of the one before, durably. */
        void taken(NodeId from, long now);

        /** It did not come to its end. */
        void notTaken();
    }

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

    StateTaking(ReplicaSetId set, GroupSettings settings, PartOutput output, Taker taker) {
        this.set = set;
        this.transferNanos = settings.transferNanos();
        this.output = output;
        this.taker = taker;
    }

    boolean isGoingOn() {
        return coming != null;
    }

    void onOffer(NodeId from, GroupMessage.OfferState offer, long now) {
        if (coming != null || !taker.wants(from, offer, now)) {
            output.send(from, new GroupMessage.StateWanted(offer.transfer(), false));
            return;
        }
        Coming begun = new Coming(from, offer.transfer(), offer.header(), now);
        begun.writing = true;
        coming = begun;
        output.install((store, done) -> store.beginInstall(set, done), (failure, then) -> {
            if (goesOn(offer.transfer(), failure)) {
                output.send(from, new GroupMessage.StateWanted(offer.transfer(), true));
            }
        });
    }

    void onPart(NodeId from, GroupMessage.StatePart part, long now) {
        Coming present = coming;
        if (present == null
                || present.writing
                || !present.from.equals(from)
                || present.transfer != part.transfer()
                || present.next != part.number()) {
            return;
        }
        present.writing = true;
        present.heardAt = now;
        present.next++;
        GroupMessage answer = new GroupMessage.StateTaken(part.transfer(), part.number());
        if (!part.last()) {
            output.install((store, done) -> store.install(set, part.rows(), done), (failure, then) -> {
                if (goesOn(part.transfer(), failure)) {
                    output.send(from, answer);
                }
            });
            return;
        }
        GroupCommit.Header header = present.header;
        output.install((store, done) -> store.endInstall(set, header, done), (failure, then) -> {
            if (goesOn(part.transfer(), failure)) {
                output.send(from, answer);
                coming = null;
                taker.taken(from, then);
            }
        });
    }

    /** Whether a step of a transfer has gone well, and that transfer is not over. */
    private boolean goesOn(long transfer, @Nullable StorageException failure) {
        Coming present = coming;
        if (present == null || present.transfer != transfer) {
            return false;
        }
        present.writing = false;
        if (failure != null) {
            output.note("a state could not be taken: " + failure.getMessage(), true);
            giveUp();
        }
        return failure == null;
    }

    /** Gives up if nothing has come for too long; a write that is under way is waited for. */
    void tick(long now) {
        Coming present = coming;
        if (present != null && !present.writing && now - present.heardAt >= transferNanos) {
            giveUp();
        }
    }

    private void giveUp() {
        coming = null;
        taker.notTaken();
    }
}
