package io.quorate.client.http.route;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What answers have told of the groups of leader buckets: who leads each, and how far behind its members were. All of it may
 * be out of date, which costs a request its way over another node and no more.
 */
final class Groups {
    private final Map<Integer, Lead> leads = new HashMap<>();
    private final Map<Place, Lag> lags = new HashMap<>();
    private final long lagMemoryNanos;

    /**
     * Who led a group.
     *
     * @param doubted whether it has failed to serve since
     */
    private record Lead(NodeHealth node, long term, boolean doubted) {}

    /** A node's part in a group. */
    private record Place(int partition, NodeHealth node) {}

    private record Lag(long millis, long atNanos) {}

    /**
     * None is known.
     *
     * @param lagMemoryNanos a node that was behind is asked again after this time
     */
    Groups(long lagMemoryNanos) {
        this.lagMemoryNanos = lagMemoryNanos;
    }

    /** The node to ask first for what only the leader can answer; null if none is known or it has failed to. */
    @Nullable
    NodeHealth leader(int partition) {
        Lead lead = leads.get(partition);
        return lead == null || lead.doubted() ? null : lead.node();
    }

    /** The node that led and has failed to serve since; null if none has. */
    @Nullable
    NodeHealth doubted(int partition) {
        Lead lead = leads.get(partition);
        return lead != null && lead.doubted() ? lead.node() : null;
    }

    /**
     * Somebody has answered.
     *
     * @param asked who was asked
     * @param byLeader whether the answer is the leader's own word, directly or handed on
     * @param leader who leads according to it; null if it names none
     * @param term that it speaks of
     */
    void told(int partition, NodeHealth asked, boolean byLeader, @Nullable NodeHealth leader, long term) {
        Lead known = leads.get(partition);
        boolean deposed = known != null && known.node() == asked && asked != leader;
        if (leader == null) {
            if (deposed) {
                leads.remove(partition);
            }
            return;
        }
        // A term has one leader, so only a later term, or that leader itself, tells more than is known.
        if (known == null || deposed || term > known.term() || (term == known.term() && byLeader)) {
            leads.put(partition, new Lead(leader, term, false));
        }
    }

    /** A node has not served a request that only the leader can answer. */
    void doubt(int partition, NodeHealth node) {
        leads.computeIfPresent(partition, (at, lead) -> lead.node() == node ? new Lead(node, lead.term(), true) : lead);
    }

    /** A node was so far behind. */
    void lagged(int partition, NodeHealth node, long millis, long nowNanos) {
        lags.put(new Place(partition, node), new Lag(millis, nowNanos));
    }

    /** Whether a node was further behind than that when it was heard of last, not long ago. */
    boolean isBehind(int partition, NodeHealth node, long millisMax, long nowNanos) {
        Lag lag = lags.get(new Place(partition, node));
        return lag != null && lag.millis() > millisMax && nowNanos - lag.atNanos() < lagMemoryNanos;
    }

    /** Forgets all other nodes. */
    void retain(Set<NodeHealth> nodes) {
        leads.values().removeIf(lead -> !nodes.contains(lead.node()));
        lags.keySet().removeIf(place -> !nodes.contains(place.node()));
    }
}
