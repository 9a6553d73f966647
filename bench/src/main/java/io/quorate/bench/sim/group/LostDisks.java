package io.quorate.bench.sim.group;

import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes lose their disks when they die, in some of the runs: one at a time, and the next only when the last is a member
 * again. By random numbers of its own, so that the other runs are what they would be without.
 */
final class LostDisks {
    private static final long STREAM = 0x6c6f7374L;
    private static final int NODES_MIN = 3;

    private final List<GroupNode> nodes;
    private final Random random;
    private final boolean come;

    /**
     * Of one run.
     *
     * @param nodes all of the group, now or later
     */
    LostDisks(long seed, GroupBug bug, List<GroupNode> nodes) {
        this.nodes = nodes;
        this.random = new Random(seed ^ STREAM);
        boolean some = random.nextInt(2) == 0;
        this.come = nodes.size() >= NODES_MIN && (bug == GroupBug.NONE ? some : bug.isOfLostDisks());
    }

    /** Whether a node that has just died loses its disk. */
    boolean takes(GroupNode node) {
        return come
                && random.nextInt(2) == 0
                && nodes.stream().noneMatch(other -> other != node && other.isForgetful());
    }

    /** Who says something hurts most when it forgets just that: it dies, now and then. */
    @Nullable
    GroupNode hitBy(NodeId from, GroupMessage message) {
        return come && isPromise(message) && isVote(message) && random.nextInt(6) == 0 ? node(from) : null;
    }

    private @Nullable GroupNode node(NodeId id) {
        return nodes.stream().filter(node -> node.id.equals(id)).findFirst().orElse(null);
    }

    /** Who has forgotten what it promised promises nothing. */
    void says(NodeId from, GroupMessage message) {
        GroupNode sender = isPromise(message) ? node(from) : null;
        if (sender != null && sender.isForgetful()) {
            throw new Violation("who has lost its disk promises nothing", from + " says " + message);
        }
    }

    private static boolean isVote(GroupMessage message) {
        return message instanceof GroupMessage.Raft raft && raft.message() instanceof RaftMessage.Voted;
    }

    private static boolean isPromise(GroupMessage message) {
        return message instanceof GroupMessage.Raft raft
                && (raft.message() instanceof RaftMessage.Appended
                        || (raft.message() instanceof RaftMessage.Voted voted && voted.granted()));
    }
}
