package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.Role;
import io.quorate.ring.topology.NodeId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a node's part in a group stands.
 *
 * @param role {@code leader follower pre-candidate candidate halted}; {@code rejoining} of one that has
 *     lost its disk, or gave up what it had because that was damaged, and takes no part yet; {@code starting} or {@code busy} where nothing else is known: it has not begun yet, or
 *     did not say in time
 * @param members empty where this node does not lead
 * @param lagMillis how old what is applied here may be; -1 if that is not known
 * @param halted why it takes part no more; null if it does
 * @param alarm what an operator has to look into, since replicas differ or this disk is damaged; null if nothing is known
 */
public record GroupReport(
        int partition,
        String role,
        @Nullable NodeId leader,
        long term,
        long commit,
        long applied,
        long lagMillis,
        long keys,
        @Nullable String halted,
        @Nullable String alarm,
        ImmutableList<Member> members) {
    /**
     * Another member, as the leader sees it.
     *
     * @param kind {@code voter} or {@code learner}
     * @param match up to where its disk has the log
     * @param lagMillis how long ago the first entry was made that it lacks; 0 if it lacks none
     */
    public record Member(NodeId node, String kind, long match, long lagEntries, long lagMillis) {}

    /** Of one that does not say how it stands. */
    public static GroupReport unknown(int partition, String role) {
        return new GroupReport(partition, role, null, 0, 0, 0, -1, 0, null, null, ImmutableList.of());
    }

    /** Whether the group takes part, and knows who leads it. */
    public boolean isLed() {
        return leader != null && halted == null;
    }

    /** What an operator has to look into; null if there is nothing. */
    public @Nullable String trouble() {
        return halted == null ? alarm : "halted: " + halted;
    }

    static GroupReport of(
            int partition,
            RaftCore core,
            long applied,
            long keys,
            long lagMillis,
            @Nullable String halted,
            @Nullable String alarm) {
        ImmutableList.Builder<Member> members = ImmutableList.builder();
        Configuration configuration = core.configuration();
        if (core.role() == Role.LEADER) {
            for (NodeId node : configuration.members()) {
                RaftCore.Standing standing = core.standingOf(node);
                long match = standing == null ? core.durable() : standing.match();
                long lag = Math.max(0, core.lastIndex() - match);
                members.add(new Member(
                        node,
                        configuration.isVoter(node) ? "voter" : "learner",
                        match,
                        lag,
                        standing == null || lag == 0 ? 0 : standing.lagNanos() / 1_000_000));
            }
        }
        return new GroupReport(
                partition,
                halted != null
                        ? "halted"
                        : core.role().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                core.leader(),
                core.term(),
                core.commit(),
                applied,
                lagMillis == Long.MAX_VALUE ? -1 : lagMillis,
                keys,
                halted,
                alarm,
                members.build());
    }
}
