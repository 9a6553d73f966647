package io.quorate.node.protocol.group;

import io.quorate.ring.bytes.Bytes;
import java.util.HashSet;
import java.util.Set;

/**
 * How many more requests a group may remember, as its leader sees it before it proposes some. Only a leader looks at it: what
 * is in the log is applied and remembered in any case, so that replicas stay equal.
 *
 * <p>A write that may have been made before always has room: its key takes none, and its client has to be told what came of
 * it. Until a new leader has applied an entry of its own that is so of every write, and a few more are remembered.
 */
final class RequestRoom {
    private final long max;
    private final StateMachine machine;
    private final Proposals proposals;
    private final long term;
    private final long room;
    private final boolean ample;
    private final Set<Bytes> taken = new HashSet<>();

    /**
     * What is left at a moment.
     *
     * @param max that may be remembered in both eras
     * @param writes that may be proposed now
     * @param logMillis the time that the next entries bear: it may end an era, and with it make room
     */
    RequestRoom(long max, StateMachine machine, Proposals proposals, int writes, long term, long logMillis) {
        this.max = max;
        this.machine = machine;
        this.proposals = proposals;
        this.term = term;
        this.room = max - machine.requestsAt(logMillis) - proposals.unappliedKeys();
        this.ample = writes <= room;
    }

    /** Whether a write may be proposed; one that is takes its part. */
    boolean takes(Command command) {
        if (ample || !command.request().explicit()) {
            return true;
        }
        Bytes key = command.requestHash();
        return taken.contains(key)
                || proposals.isUnapplied(key)
                || !machine.isNew(key, term)
                || (taken.size() < room && taken.add(key));
    }

    String whyNot() {
        return "the key's group remembers " + max + " idempotency keys, and takes no more until it forgets some, ten to"
                + " twenty minutes after they came; nothing was done. Retry with the same one after some minutes";
    }
}
