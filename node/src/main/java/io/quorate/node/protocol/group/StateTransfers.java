package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** States that go to other members, and the one that comes in. */
final class StateTransfers {
    private final Group.Around around;
    private final Group.Output output;
    private final RaftCore core;
    private final Taken taken;
    private final StateSending sending;
    private final StateTaking taking;
    /** To whom a state is sent no more, and the core does not know yet. */
    private final List<NodeId> sent = new ArrayList<>();

    /** Told that a state from another member has taken the place of this one's. */
    interface Taken {
        void taken(NodeId from, long now);
    }

    StateTransfers(Group.Around around, GroupSettings settings, Group.Output output, RaftCore core, Taken taken) {
        this.around = around;
        this.output = output;
        this.core = core;
        this.taken = taken;
        this.sending = new StateSending(around.set(), around.store(), settings, around.ids(), output::send, to -> {
            output.happened(GroupEvent.STATE_SENT);
            sent.add(to);
        });
        this.taking = new StateTaking(settings.transferNanos());
    }

    /** Begins to send the state to a member that the log does not lead to any more. */
    void begin(NodeId to, long now) {
        try {
            sending.begin(to, core.term(), now);
        } catch (StorageException | CorruptRecordException e) {
            output.note("no state for " + to + ": " + e.getMessage(), true);
            sent.add(to);
        }
    }

    /** Tells the core of those to whom nothing is sent any more. */
    void tellSent(long now) {
        sent.forEach(to -> core.stateSent(to, now));
        sent.clear();
    }

    void onMessage(NodeId from, GroupMessage message, long now) {
        if (message instanceof GroupMessage.OfferState offer) {
            onOffer(from, offer, now);
        } else if (message instanceof GroupMessage.StateWanted wanted) {
            sending.onWanted(from, wanted, now);
        } else if (message instanceof GroupMessage.StatePart part) {
            onPart(from, part, now);
        } else if (message instanceof GroupMessage.StateTaken answer) {
            sending.onTaken(from, answer, now);
        }
    }

    private void onOffer(NodeId from, GroupMessage.OfferState offer, long now) {
        if (taking.isGoingOn() || !core.offered(from, offer.term(), offer.base(), now)) {
            output.send(from, new GroupMessage.StateWanted(offer.transfer(), false));
            return;
        }
        taking.begin(from, offer, now);
        ReplicaSetId set = around.set();
        output.install((store, done) -> store.beginInstall(set, done), (failure, then) -> {
            if (goesOn(offer.transfer(), failure)) {
                output.send(from, new GroupMessage.StateWanted(offer.transfer(), true));
            }
        });
    }

    private void onPart(NodeId from, GroupMessage.StatePart part, long now) {
        if (!taking.take(from, part, now)) {
            return;
        }
        ReplicaSetId set = around.set();
        GroupMessage answer = new GroupMessage.StateTaken(part.transfer(), part.number());
        if (!part.last()) {
            output.install((store, done) -> store.install(set, part.rows(), done), (failure, then) -> {
                if (goesOn(part.transfer(), failure)) {
                    output.send(from, answer);
                }
            });
            return;
        }
        GroupCommit.Header header = taking.header();
        output.install((store, done) -> store.endInstall(set, header, done), (failure, then) -> {
            if (goesOn(part.transfer(), failure)) {
                output.send(from, answer);
                taking.end();
                taken.taken(from, then);
            }
        });
    }

    /** Whether a step of taking a state in has gone well. */
    private boolean goesOn(long transfer, @Nullable StorageException failure) {
        if (!taking.written(transfer)) {
            return false;
        }
        if (failure != null) {
            output.note("a state could not be taken: " + failure.getMessage(), true);
            taking.end();
            core.notInstalled();
        }
        return failure == null;
    }

    void tick(long now) {
        sending.tick(now);
        if (taking.isOverdue(now)) {
            taking.end();
            core.notInstalled();
        }
    }

    boolean isIdle() {
        return sending.isIdle() && !taking.isGoingOn();
    }

    /** Ends what is being sent. */
    void close() {
        sending.close();
    }
}
