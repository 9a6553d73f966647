package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;

/** States that go to other members, and the one that comes in. */
final class StateTransfers {
    private final Group.Output output;
    private final RaftCore core;
    private final GroupStore store;
    private final StateSending sending;
    private final StateTaking taking;
    /** To whom a state is sent no more, and the core does not know yet. */
    private final List<NodeId> sent = new ArrayList<>();

    /** Told that a state from another member has taken the place of this one's. */
    interface Taken {
        void taken(NodeId from, long now);
    }

    StateTransfers(Group.Around around, GroupSettings settings, Group.Output output, RaftCore core, Taken taken) {
        this.output = output;
        this.core = core;
        this.store = around.store();
        this.sending = new StateSending(around.set(), around.store(), settings, around.ids(), output::send, to -> {
            output.happened(GroupEvent.STATE_SENT);
            sent.add(to);
        });
        this.taking = new StateTaking(around.set(), settings, output, new StateTaking.Taker() {
            @Override
            public boolean wants(NodeId from, GroupMessage.OfferState offer, long now) {
                return core.offered(from, offer.term(), offer.base(), now);
            }

            @Override
            public void taken(NodeId from, long now) {
                taken.taken(from, now);
            }

            @Override
            public void notTaken() {
                core.notInstalled();
            }
        });
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

    /** Ends what is being sent to a member, if anything is. */
    void end(NodeId to) {
        sending.end(to);
    }

    /** Tells the core of those to whom nothing is sent any more. */
    void tellSent(long now) {
        sent.forEach(to -> core.stateSent(to, now));
        sent.clear();
    }

    void onMessage(NodeId from, GroupMessage message, long now) {
        boolean brings = message instanceof GroupMessage.OfferState || message instanceof GroupMessage.StatePart;
        if (brings && store.refusal() != null) {
            // As if it were lost: who is told that it is not wanted offers another at once.
            return;
        }
        if (message instanceof GroupMessage.OfferState offer) {
            taking.onOffer(from, offer, now);
        } else if (message instanceof GroupMessage.StateWanted wanted) {
            sending.onWanted(from, wanted, now);
        } else if (message instanceof GroupMessage.StatePart part) {
            taking.onPart(from, part, now);
        } else if (message instanceof GroupMessage.StateTaken answer) {
            sending.onTaken(from, answer, now);
        }
    }

    void tick(long now) {
        sending.tick(now);
        taking.tick(now);
    }

    boolean isIdle() {
        return sending.isIdle() && !taking.isGoingOn();
    }

    /** Ends what is being sent. */
    void close() {
        sending.close();
    }
}
