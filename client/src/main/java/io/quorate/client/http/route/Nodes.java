package io.quorate.client.http.route;

import io.quorate.client.data.LeaderInfo;
import io.quorate.client.http.engine.Origin;
import io.quorate.ring.bytes.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that requests may go to, and the choice among them. For a key its homes are preferred, in the ring's order
 * unless one further on is clearly less loaded; then other members; then contact points. Nodes that are down, busy or slow
 * come last, but they come: better to ask one of them than nobody.
 *
 * <p>What only the leader of a key's group can answer goes to that node first, as answers have told; what any member may
 * answer is spread over those that are equally fast and not too far behind.
 */
public final class Nodes {
    /** A home further on is taken only if the one before would cost more than twice as much, and by this much. */
    private static final double COST_SLACK_NANOS = 2_000_000;

    private final Map<Origin, NodeHealth> known = new LinkedHashMap<>();
    private final List<NodeHealth> contactPoints = new ArrayList<>();
    private final Map<String, NodeHealth> members = new LinkedHashMap<>();
    private final double slowFactor;
    private final double slowMarginNanos;
    private final long tryIntervalNanos;
    private final Groups groups;
    private @Nullable RingView ring;
    private int turn;

    /**
     * The contact points, before any ring is known.
     *
     * @param slowFactor a node is slow if its answers take so many times as long as the fastest one's,
     * @param slowMargin and so much longer, too
     * @param tryInterval how often a node that is slow or behind is tried again
     */
    public Nodes(List<Origin> contactPoints, double slowFactor, Duration slowMargin, Duration tryInterval) {
        for (Origin origin : contactPoints) {
            NodeHealth node = known.computeIfAbsent(origin, NodeHealth::new);
            if (!this.contactPoints.contains(node)) {
                this.contactPoints.add(node);
            }
        }
        this.slowFactor = slowFactor;
        this.slowMarginNanos = slowMargin.toNanos();
        this.tryIntervalNanos = tryInterval.toNanos();
        this.groups = new Groups(tryIntervalNanos);
    }

    /** The key of a call, if it is about one, and which of its homes may answer. */
    public record Target(String bucket, Bytes key, Aim aim) {
        /** Any home may. */
        public Target(String bucket, Bytes key) {
            this(bucket, key, new Aim.Homes());
        }
    }

    /**
     * A node for the next request.
     *
     * @param trial true if it has been slow and this request is to find out whether it still is
     */
    public record Choice(NodeHealth node, boolean trial) {}

    public Collection<NodeHealth> all() {
        return known.values();
    }

    /** The epoch of the ring in use, -1 if none is known. */
    public long epoch() {
        return ring == null ? -1 : ring.epoch();
    }

    /** Uses this ring from now on; nodes that are neither members nor contact points are forgotten. */
    public void use(RingView newer) {
        ring = newer;
        members.clear();
        newer.members().forEach((id, origin) -> {
            NodeHealth node = known.computeIfAbsent(origin, NodeHealth::new);
            node.named(id);
            members.put(id, node);
        });
        known.values().removeIf(node -> !members.containsValue(node) && !contactPoints.contains(node));
        groups.retain(Set.copyOf(known.values()));
    }

    /** The partition of a key; -1 while no ring is known. */
    public int partitionOf(@Nullable Target target) {
        return ring == null || target == null ? -1 : ring.partitionOf(target.bucket(), target.key());
    }

    /** A group has answered by way of a node. */
    public void told(Target target, NodeHealth asked, LeaderInfo info, long nowNanos) {
        int partition = partitionOf(target);
        if (partition < 0) {
            return;
        }
        NodeHealth leader =
                info.leader().isPresent() ? members.get(info.leader().get()) : info.fromLeader() ? asked : null;
        groups.told(partition, asked, info.fromLeader(), leader, info.term());
        if (target.aim() instanceof Aim.Member) {
            // One that had the leader answer was too far behind to do it itself.
            boolean handedOn = leader != null && leader != asked && info.fromLeader();
            boolean known = !handedOn && info.lagMillis() >= 0;
            groups.lagged(partition, asked, known ? info.lagMillis() : Long.MAX_VALUE, nowNanos);
        }
    }

    /** A node did not serve a request. */
    public void doubt(@Nullable Target target, NodeHealth asked) {
        int partition = partitionOf(target);
        if (partition >= 0) {
            groups.doubt(partition, asked);
        }
    }

    /** The node that a call goes to next; null if all were tried. */
    public @Nullable Choice choose(@Nullable Target target, boolean write, Set<NodeHealth> tried, long nowNanos) {
        List<NodeHealth> homes = homes(target);
        double fastest = fastest(nowNanos, write);
        Choice choice = target == null ? null : ofGroup(target, homes, write, tried, fastest, nowNanos);
        if (choice == null) {
            choice = best(homes, write, tried, fastest, nowNanos);
        }
        if (choice == null) {
            choice = best(others(homes), write, tried, fastest, nowNanos);
        }
        if (choice == null) {
            choice = lastResort(homes, write, tried, nowNanos);
        }
        return choice;
    }

    /** As {@link #choose}, but only a node that seems well. */
    public @Nullable Choice chooseWell(@Nullable Target target, boolean write, Set<NodeHealth> tried, long nowNanos) {
        Choice choice = choose(target, write, tried, nowNanos);
        return choice == null || !choice.node().mayServe(nowNanos, write) ? null : choice;
    }

    /** The home that suits what a group is asked; null if any would do. */
    private @Nullable Choice ofGroup(
            Target target,
            List<NodeHealth> homes,
            boolean write,
            Set<NodeHealth> tried,
            double fastest,
            long nowNanos) {
        int partition = partitionOf(target);
        if (partition < 0 || !target.aim().isGroups()) {
            return null;
        }
        List<NodeHealth> suitable = new ArrayList<>(homes);
        if (target.aim() instanceof Aim.Member member) {
            Collections.rotate(suitable, turn);
            turn = (turn + 1) % Math.max(1, homes.size());
            suitable.removeIf(node -> groups.isBehind(partition, node, member.maxLagMillis(), nowNanos));
        } else {
            NodeHealth leader = groups.leader(partition);
            // However slow or busy it is: all others hand on to it.
            if (leader != null && !tried.contains(leader) && leader.mayServe(nowNanos, write)) {
                return new Choice(leader, false);
            }
            suitable.remove(groups.doubted(partition));
        }
        return best(suitable, write, tried, fastest, nowNanos);
    }

    private List<NodeHealth> homes(@Nullable Target target) {
        if (ring == null || target == null) {
            return List.of();
        }
        List<NodeHealth> homes = new ArrayList<>(4);
        for (String id : ring.homesOf(target.bucket(), target.key())) {
            NodeHealth home = members.get(id);
            if (home != null) {
                homes.add(home);
            }
        }
        return homes;
    }

    /** Without a ring the contact points in their order. */
    private List<NodeHealth> others(List<NodeHealth> homes) {
        List<NodeHealth> others = new ArrayList<>();
        for (NodeHealth contact : contactPoints) {
            if (!homes.contains(contact) && (members.isEmpty() || members.containsValue(contact))) {
                others.add(contact);
            }
        }
        for (NodeHealth member : members.values()) {
            if (!homes.contains(member) && !others.contains(member)) {
                others.add(member);
            }
        }
        for (NodeHealth contact : contactPoints) {
            if (!homes.contains(contact) && !others.contains(contact)) {
                others.add(contact);
            }
        }
        return others;
    }

    private double fastest(long nowNanos, boolean write) {
        double fastest = Double.MAX_VALUE;
        for (NodeHealth node : known.values()) {
            if (node.answerNanos() >= 0 && node.mayServe(nowNanos, write)) {
                fastest = Math.min(fastest, node.answerNanos());
            }
        }
        return fastest;
    }

    private boolean isSlow(NodeHealth node, double fastest) {
        return fastest < Double.MAX_VALUE
                && node.answerNanos() > slowFactor * fastest
                && node.answerNanos() > fastest + slowMarginNanos;
    }

    private @Nullable Choice best(
            List<NodeHealth> nodes, boolean write, Set<NodeHealth> tried, double fastest, long nowNanos) {
        // One that is new is taken to be as good as the best.
        double unknown = fastest == Double.MAX_VALUE ? 0 : fastest;
        double cheapest = Double.MAX_VALUE;
        List<NodeHealth> able = new ArrayList<>(nodes.size());
        for (NodeHealth node : nodes) {
            if (!tried.contains(node) && node.mayServe(nowNanos, write)) {
                able.add(node);
                if (!isSlow(node, fastest)) {
                    cheapest = Math.min(cheapest, node.cost(unknown));
                }
            }
        }
        for (NodeHealth node : able) {
            if (!isSlow(node, fastest) && node.cost(unknown) <= 2 * cheapest + COST_SLACK_NANOS) {
                if (tried.isEmpty()) {
                    node.preferred();
                }
                return new Choice(node, false);
            }
            // Passed over, it would never show that it is faster by now.
            if (tried.isEmpty() && node.takeTry(nowNanos, tryIntervalNanos)) {
                return new Choice(node, true);
            }
        }
        return null;
    }

    /** Slow ones, then those that are busy or down. */
    private @Nullable Choice lastResort(List<NodeHealth> homes, boolean write, Set<NodeHealth> tried, long nowNanos) {
        List<NodeHealth> all = new ArrayList<>(homes);
        all.addAll(others(homes));
        NodeHealth unwell = null;
        for (NodeHealth node : all) {
            if (!tried.contains(node)) {
                if (node.mayServe(nowNanos, write)) {
                    return new Choice(node, false);
                }
                unwell = unwell == null || (unwell.isDown() && !node.isDown()) ? node : unwell;
            }
        }
        return unwell == null ? null : new Choice(unwell, false);
    }
}
