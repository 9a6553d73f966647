package io.quorate.node.protocol.group;

import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;

/**
 * A node's part in a group while it has nothing of it that it could rely on, because its disk was lost or is damaged there. It
 * has forgotten for whom it voted and what it acknowledged, so it takes no part: it hears nothing of the core's messages and says
 * nothing of its own. It asks to be let in, and takes a state that holds the entry which lets it in ({@link Readmissions}); then
 * it is a member as after any other start. Whoever dies before that asks anew.
 *
 * <p>Not for several threads.
 */
public final class Rejoining {
    private static final long ASK_NANOS = 1_000_000_000L;

    private final Group.Around around;
    private final PartOutput output;
    private final Runnable rejoined;
    private final long nonce;
    private final StateTaking taking;
    /** The entry that lets it in; 0 as long as none is known. */
    private long letInBy;

    private boolean asks;
    private long askedAt;
    private boolean over;

    /**
     * Begins to ask with the first tick.
     *
     * @param rejoined told that the store has the state: this is over then, and a {@link Group} can be opened
     */
    public Rejoining(
            Group.Around around, GroupSettings settings, GroupRules rules, PartOutput output, Runnable rejoined) {
        this.around = around;
        this.output = output;
        this.rejoined = rejoined;
        this.nonce = around.ids().getAsLong();
        this.taking = new StateTaking(around.set(), settings, output, new StateTaking.Taker() {
            @Override
            public boolean wants(NodeId from, GroupMessage.OfferState offer, long now) {
                return letInBy > 0 && rules.takesToRejoin(offer.base().index(), letInBy);
            }

            @Override
            public void taken(NodeId from, long now) {
                end();
            }

            @Override
            public void notTaken() {
                // It goes on asking.
            }
        });
    }

    /** Whether a node that is known to have lost its disk has yet to rejoin a group: nothing of it is there that it can rely on. */
    public static boolean isNeeded(GroupStore store, ReplicaSetId set) {
        return store.isGivenUp(set) || store.open(set).header() == null;
    }

    private void end() {
        over = true;
        output.happened(GroupEvent.REJOINED);
        rejoined.run();
    }

    /** Takes a message of another node; most are for members, and passed over. */
    public void onMessage(NodeId from, GroupMessage message, long now) {
        if (over) {
            return;
        }
        if (message instanceof GroupMessage.LetIn answer) {
            if (answer.nonce() == nonce) {
                letInBy = answer.index();
            }
        } else if (message instanceof GroupMessage.OfferState offer) {
            taking.onOffer(from, offer, now);
        } else if (message instanceof GroupMessage.StatePart part) {
            taking.onPart(from, part, now);
        } else if (message instanceof GroupMessage.Ask ask) {
            output.send(from, new GroupMessage.NotLeading(ask.id(), null));
        }
    }

    /** Lets time pass. */
    public void tick(long now) {
        if (over) {
            return;
        }
        taking.tick(now);
        if (taking.isGoingOn() || (asks && now - askedAt < ASK_NANOS)) {
            return;
        }
        if (!asks) {
            asks = true;
            output.happened(GroupEvent.REJOINS);
        }
        askedAt = now;
        for (NodeId home : around.homes()) {
            if (!home.equals(around.self())) {
                output.send(home, new GroupMessage.Rejoin(nonce));
            }
        }
    }
}
