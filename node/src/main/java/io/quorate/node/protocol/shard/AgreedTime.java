package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.WallTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * What the clocks of the cluster say, this node's and those of its peers as they were last heard, down or not. A peer's
 * clock is remembered as its distance from this node's monotonic one, which nobody sets.
 */
final class AgreedTime {
    private final LongSupplier ownMillis;
    private final VersionRules rules;
    private final int members;
    private final long maxDriftMillis;
    private final Map<NodeId, Long> offsets = new TreeMap<>();
    private long now;

    AgreedTime(LongSupplier ownMillis, VersionRules rules, int members, long maxDriftMillis) {
        this.ownMillis = ownMillis;
        this.rules = rules;
        this.members = members;
        this.maxDriftMillis = maxDriftMillis;
    }

    /** Lets monotonic time pass. */
    void at(long nanos) {
        now = nanos;
    }

    void heard(ImmutableMap<NodeId, PeerInfo> up) {
        up.forEach((peer, info) -> offsets.put(peer, info.clockOffsetMillis()));
    }

    WallTime read() {
        long monotonicMillis = Math.floorDiv(now, 1_000_000L);
        return rules.wallTime(
                ownMillis.getAsLong(),
                offsets.values().stream()
                        .map(offset -> offset + monotonicMillis)
                        .toList(),
                members,
                maxDriftMillis);
    }
}
