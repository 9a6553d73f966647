package io.quorate.bench.jmh;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Where a key lives: the hash, and the homes of its partition in a ring of five nodes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PlacementBench {
    private static final int NODES = 5;

    private final RingState ring = Samples.ring(NODES);
    private final Bytes key = Bytes.ofUtf8("user:4711:cart");
    private int partition;

    /** The token of a key of 14 bytes. */
    @Benchmark
    public long token() {
        return TokenHash.tokenOf(Samples.BUCKET, key);
    }

    /** The homes of a partition, by turns of all partitions. */
    @Benchmark
    public List<NodeId> preferenceList() {
        partition = (partition + 1) % Samples.PARTITIONS;
        return ring.preference(partition).homes(Samples.REPLICAS);
    }

    /** From key to homes. */
    @Benchmark
    public List<NodeId> homesOfKey() {
        return ring.preference(ring.partitionOf(Samples.BUCKET, key)).homes(Samples.REPLICAS);
    }
}
