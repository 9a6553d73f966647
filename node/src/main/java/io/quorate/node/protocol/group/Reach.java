package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.Role;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Which members a leader can count on to answer. */
final class Reach {
    private final RaftCore core;
    private final NodeLiveness liveness;
    private final Rest rest;
    private final long patienceNanos;

    /** As a core and its node know it. */
    Reach(RaftCore core, NodeLiveness liveness, Rest rest, GroupSettings settings) {
        this.core = core;
        this.rest = rest;
        this.liveness = liveness;
        this.patienceNanos = 2 * settings.raft().electionNanos();
    }

    /**
     * A voter that has not been heard for so long that nobody should wait for it; null if there is none. That its node is there
     * says nothing of its part in the group, which may be halted; but while the group rests nobody has asked it anything, and
     * once it wakes the time begins anew.
     */
    @Nullable
    NodeId missingVoter() {
        for (NodeId each : core.configuration().members()) {
            RaftCore.Standing standing = core.standingOf(each);
            if (standing != null && core.configuration().isVoter(each) && isMissing(each, standing)) {
                return each;
            }
        }
        return null;
    }

    private boolean isMissing(NodeId node, RaftCore.Standing standing) {
        return standing.heardNanos() >= patienceNanos && !(rest.isResting() && liveness.isHeardBy(node));
    }

    /**
     * What a leader knows of the voters' disks: which of them have all up to an index, and which do not answer. Nothing, if it
     * leads no more.
     */
    ImmutableList<KeyReply.ReplicaResult> voters(long index) {
        if (core.role() != Role.LEADER) {
            return ImmutableList.of();
        }
        ImmutableList.Builder<KeyReply.ReplicaResult> results = ImmutableList.builder();
        for (NodeId each : core.configuration().members()) {
            if (core.configuration().isVoter(each)) {
                results.add(new KeyReply.ReplicaResult(each, result(each, index), 0));
            }
        }
        return results.build();
    }

    private String result(NodeId node, long index) {
        RaftCore.Standing standing = core.standingOf(node);
        if (standing == null) {
            return core.durable() >= index ? "acked" : "timeout";
        }
        return standing.match() >= index ? "acked" : isMissing(node, standing) ? "unreachable" : "timeout";
    }

    /** Ends a call that needs a voter which is missing. */
    static void refuse(Call call, NodeId missing) {
        call.refuse(
                ErrorCode.UNAVAILABLE,
                "SYNC needs every voter of the key's group, and " + missing
                        + " does not answer; use SEMI_SYNC, or wait until it is back");
    }
}
