package io.quorate.node.protocol.raft;

import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.VersionCodec;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
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
    private static final int NODES_MAX = 64;

    public static Configuration of(Collection<NodeId> voters) {
        return new Configuration(ImmutableSortedSet.copyOf(voters), ImmutableSortedSet.of(), ImmutableSortedSet.of());
    }

    /** On the way from these members to others: both decide. Learners that become voters are learners no more. */
    public Configuration towards(Collection<NodeId> nextVoters, Collection<NodeId> nextLearners) {
        return new Configuration(
                ImmutableSortedSet.copyOf(nextVoters), voters, ImmutableSortedSet.copyOf(nextLearners));
    }

    /** Once what leads there is committed. */
    public Configuration arrived() {
        return new Configuration(voters, ImmutableSortedSet.of(), learners);
    }

    /** The payload of an {@link Entry.Kind#CONFIGURATION}. */
    public Bytes encode() {
        ByteSink out = new ByteSink(64);
        for (Set<NodeId> nodes : List.of(voters, outgoing, learners)) {
            out.varint(nodes.size());
            nodes.forEach(node -> out.text(node.value()));
        }
        return out.toBytes();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws DecodeException if it is something else
     */
    public static Configuration decode(Bytes payload) {
        ByteSource in = new ByteSource(payload);
        Configuration read = new Configuration(readNodes(in), readNodes(in), readNodes(in));
        in.end();
        if (read.voters.isEmpty()) {
            throw new DecodeException("a group without voters");
        }
        return read;
    }

    private static ImmutableSortedSet<NodeId> readNodes(ByteSource in) {
        int count = in.count(NODES_MAX, 2);
        ImmutableSortedSet.Builder<NodeId> nodes = ImmutableSortedSet.naturalOrder();
        for (int i = 0; i < count; i++) {
            nodes.add(VersionCodec.readNode(in));
        }
        return nodes.build();
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
