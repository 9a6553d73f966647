package io.quorate.bench.jmh;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.epoch.StaticRing;
import io.quorate.ring.placement.BalancedPlanner;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionVector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What the benchmarks work on: a ring of a few nodes, values of 1 KiB, and states as three homes make them. */
final class Samples {
    static final int REPLICAS = 3;
    static final int PARTITIONS = 64;
    static final int VALUE_BYTES = 1024;
    static final String BUCKET = "carts";

    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final int REQUEST_ID_BYTES = 16;

    private Samples() {}

    static RingState ring(int nodes) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            int port = 1000 + i;
            members.add(new Member(
                    node(i), "dc1", "z" + i, 1, "http://127.0.0.1:" + port, "127.0.0.1", port + 1000, port + 2000));
        }
        return StaticRing.plan(new Membership(members), new PartitionCount(PARTITIONS), REPLICAS, new BalancedPlanner())
                .current();
    }

    static NodeId node(int index) {
        return NodeId.of("n" + (index + 1));
    }

    static Bytes key(int index) {
        return Bytes.ofUtf8("k" + index);
    }

    static RecordKey record(int index) {
        long token = TokenHash.tokenOf(BUCKET, key(index));
        int partition = new PartitionCount(PARTITIONS).partitionOf(token);
        return new RecordKey(new ReplicaSetId(REPLICAS, partition), token, BUCKET, 1, key(index));
    }

    /** The actor of a home of partition 0. */
    static ActorId actor(int home) {
        return new ActorId(node(home), 0, 0x1234_5678_9abc_def0L + home);
    }

    static Bytes value(long seed) {
        byte[] data = new byte[VALUE_BYTES];
        new SplittableRandom(seed).nextBytes(data);
        return Bytes.wrap(data);
    }

    static Version version(Dot dot) {
        byte[] id = new byte[REQUEST_ID_BYTES];
        new SplittableRandom(dot.counter()).nextBytes(id);
        return new Version(dot, value(dot.counter()), CONTENT_TYPE, 1_700_000_000_000L, Bytes.wrap(id));
    }

    /** What every home has issued up to a counter. */
    static VersionVector upTo(long counter) {
        Map<ActorId, Long> entries = new LinkedHashMap<>();
        for (int home = 0; home < REPLICAS; home++) {
            entries.put(actor(home), counter);
        }
        return VersionVector.of(entries);
    }

    /** A filled state of so many siblings, issued in turn by the homes above what all have seen. */
    static KeyState siblings(int count, long above) {
        ImmutableList.Builder<Version> versions = ImmutableList.builder();
        List<Dot> dots = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // Every second number: neighbours of a key belong to other keys of the partition.
            Dot dot = new Dot(actor(i % REPLICAS), above + 2L * (i / REPLICAS + 1));
            dots.add(dot);
            versions.add(version(dot));
        }
        return KeyState.of(versions.build(), CausalContext.of(upTo(above), dots));
    }
}
