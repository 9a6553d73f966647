package io.quorate.node.protocol.raft;

import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import io.quorate.ring.topology.NodeId;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Who belongs to a group. While it changes, both the new voters and those before decide, each by a majority of its own
 * (joint consensus, section 6 of the paper).
 *
 * @param outgoing the voters before, while the group changes; else empty
 * @param learners get everything and decide nothing
 */
public record Configuration(
        ImmutableSortedSet<NodeId> voters, ImmutableSortedSet<NodeId> outgoing, ImmutableSortedSet<NodeId> learners) {
    public static Configuration of(Collection<NodeId> voters) {
        return new Configuration(
                ImmutableSortedSet.copyOf(voters), ImmutableSortedSet.of(), ImmutableSortedSet.of());
    }

    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    public boolean isVoter(NodeId node) {
        return voters.contains(node) || outgoing.contains(node);
    }

    /** Everybody the log goes to. */
    public Set<NodeId> members() {
        return ImmutableSortedSet.copyOf(Sets.union(Sets.union(voters, outgoing), learners));
    }

    /** Whether those of whom this is true decide for the group. */
    public boolean isQuorum(Predicate<NodeId> agrees) {
        return isMajority(voters, agrees) && (outgoing.isEmpty() || isMajority(outgoing, agrees));
    }

    /** Whether no quorum can come about without those of whom this is true. */
    public boolean isBlockedBy(Predicate<NodeId> refuses) {
        return !isQuorum(refuses.negate());
    }

    private static boolean isMajority(Set<NodeId> nodes, Predicate<NodeId> agrees) {
        return nodes.stream().filter(agrees).count() > nodes.size() / 2;
    }

    /** The highest index that a quorum has. */
    public long quorumIndex(ToLongFunction<NodeId> match) {
        long index = majorityIndex(voters, match);
        return outgoing.isEmpty() ? index : Math.min(index, majorityIndex(outgoing, match));
    }

    private static long majorityIndex(Set<NodeId> nodes, ToLongFunction<NodeId> match) {
        long[] indexes = nodes.stream().mapToLong(match).toArray();
        Arrays.sort(indexes);
        return indexes[(indexes.length - 1) / 2];
    }
}
