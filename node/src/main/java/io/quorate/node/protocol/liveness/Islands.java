package io.quorate.node.protocol.liveness;

import io.quorate.ring.topology.NodeId;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decides how a node comes into the cluster of actor systems, so that all that hear each other end up in one. Each node
 * tells in its pings which island it belongs to: 0 for none yet, else a number that is the same for all of one.
 *
 * <p>Whoever belongs to none joins one that is there; if there is none, the lowest of those that hear each other forms it.
 * Islands that were formed apart never merge by themselves: of two that hear each other the one with fewer of their nodes
 * (of equal ones that with the higher number) is given up, node by node, and its nodes join the other.
 *
 * <p>Single-threaded; time comes in. Nothing that is stored or served depends on it.
 */
public final class Islands {
    private final NodeId self;
    private final Settings settings;
    private long alone;
    private boolean waits;
    private long differsSince;
    private boolean differs;

    /**
     * How patient it is.
     *
     * @param formAfterNanos without an island in sight after which the lowest node forms one
     * @param insistAfterNanos after which any node does, because the lowest seems to be unable to
     * @param giveUpAfterNanos of hearing a better island after which the own one is given up
     */
    public record Settings(long formAfterNanos, long insistAfterNanos, long giveUpAfterNanos) {
        public static final Settings DEFAULT = new Settings(2_000_000_000L, 30_000_000_000L, 5_000_000_000L);
    }

    /** What to do now. */
    public enum Act {
        WAIT,
        /** Form an island of this node alone. */
        FORM,
        /** Join {@link Step#peer}. */
        JOIN,
        /** End what takes part in the cluster and start it anew, belonging to none. */
        START_ANEW
    }

    /**
     * A decision.
     *
     * @param peer whom to join; this node itself where nobody is joined
     */
    public record Step(Act act, NodeId peer) {}

    public Islands(NodeId self, Settings settings) {
        this.self = self;
        this.settings = settings;
    }

    /**
     * Decides.
     *
     * @param own the island this node belongs to, 0 for none
     * @param peers the islands of the peers that are up, 0 for none
     */
    public Step next(long now, long own, Map<NodeId, Long> peers) {
        long best = best(own, peers);
        if (own == 0) {
            differs = false;
            return joinOrForm(now, best, new TreeMap<>(peers));
        }
        waits = false;
        if (best == own) {
            differs = false;
            return step(Act.WAIT);
        }
        if (!differs) {
            differs = true;
            differsSince = now;
        }
        if (now - differsSince < settings.giveUpAfterNanos()) {
            return step(Act.WAIT);
        }
        differs = false;
        return step(Act.START_ANEW);
    }

    private Step joinOrForm(long now, long best, SortedMap<NodeId, Long> peers) {
        if (best != 0) {
            waits = false;
            for (Map.Entry<NodeId, Long> peer : peers.entrySet()) {
                if (peer.getValue() == best) {
                    return new Step(Act.JOIN, peer.getKey());
                }
            }
        }
        if (!waits) {
            waits = true;
            alone = now;
        }
        boolean lowest = peers.isEmpty() || self.compareTo(peers.firstKey()) < 0;
        long patience = lowest ? settings.formAfterNanos() : settings.insistAfterNanos();
        return step(now - alone >= patience ? Act.FORM : Act.WAIT);
    }

    private Step step(Act act) {
        return new Step(act, self);
    }

    /** The island of most of the nodes that are heard, of equal ones that with the lowest number; 0 if there is none. */
    private static long best(long own, Map<NodeId, Long> peers) {
        Map<Long, Integer> sizes = new TreeMap<>();
        sizes.merge(own, 1, Integer::sum);
        peers.values().forEach(island -> sizes.merge(island, 1, Integer::sum));
        sizes.remove(0L);
        long best = 0;
        int most = 0;
        for (Map.Entry<Long, Integer> island : sizes.entrySet()) {
            if (island.getValue() > most) {
                most = island.getValue();
                best = island.getKey();
            }
        }
        return best;
    }
}
