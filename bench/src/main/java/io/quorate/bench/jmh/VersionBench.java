package io.quorate.bench.jmh;

import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionVector;
import io.quorate.ring.version.VersionedObject;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a write or read does to versions, contexts and clocks, by the number of siblings. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VersionBench {
    private static final long SEEN = 1_000_000;
    private static final VersionRules RULES = VersionRules.STANDARD;

    /** How many siblings the key has. */
    @Param({"1", "2", "10"})
    public int siblings;

    private KeyState filled = KeyState.EMPTY;
    private KeyState other = KeyState.EMPTY;
    private KeyState stripped = KeyState.EMPTY;
    private VersionedObject write = VersionedObject.of(KeyState.EMPTY);
    private VersionVector base = VersionVector.EMPTY;
    private CausalContext context = CausalContext.EMPTY;
    private CausalContext otherContext = CausalContext.EMPTY;
    private Version version = Samples.version(new Dot(Samples.actor(0), SEEN));
    private PartitionClock clock = new PartitionClock();
    private PartitionClock growing = new PartitionClock();
    private long counter;

    /** Makes states of that many siblings, and a clock with as many exceptions. */
    @Setup(Level.Iteration)
    public void prepare() {
        filled = Samples.siblings(siblings, SEEN);
        other = Samples.siblings(siblings, SEEN);
        base = Samples.upTo(SEEN);
        context = filled.context();
        otherContext = Samples.siblings(siblings + 1, SEEN).context();
        clock = new PartitionClock();
        for (int home = 0; home < Samples.REPLICAS; home++) {
            clock.addRange(Samples.actor(home), 1, SEEN);
        }
        filled.dots().forEach(clock::add);
        stripped = RULES.strip(filled, clock);
        version = Samples.version(new Dot(Samples.actor(0), SEEN + 1_000));
        write = RULES.put(context, version);
        growing = new PartitionClock();
        counter = 0;
    }

    /** A write that replaces what is there. */
    @Benchmark
    public KeyState mergeWrite() {
        return RULES.merge(filled, write.state());
    }

    /** Two homes that hold the same. */
    @Benchmark
    public KeyState mergeEqual() {
        return RULES.merge(filled, other);
    }

    /** A write as it travels. */
    @Benchmark
    public VersionedObject put() {
        return RULES.put(context, version);
    }

    /** A record, completed by its replica's clock. */
    @Benchmark
    public KeyState fill() {
        return RULES.fill(stripped, base);
    }

    /** A state, reduced to what its replica's clock does not say. */
    @Benchmark
    public KeyState strip() {
        return RULES.strip(filled, clock);
    }

    /** Two contexts, one of which knows a dot more. */
    @Benchmark
    public CausalContext mergeContexts() {
        return context.merge(otherContext);
    }

    /** Whether one context covers the other. */
    @Benchmark
    public boolean contextCovers() {
        return otherContext.covers(context);
    }

    /** The next dot of one actor enters a clock. */
    @Benchmark
    public boolean clockAdd() {
        counter++;
        return growing.add(new Dot(Samples.actor(0), counter));
    }

    /** A dot above the base is looked up. */
    @Benchmark
    public boolean clockContains() {
        return clock.contains(version.dot());
    }

    /** The contiguous part of a clock. */
    @Benchmark
    public VersionVector clockBase() {
        return clock.base();
    }

    /** A clock is copied, as for a batch. */
    @Benchmark
    public PartitionClock clockCopy() {
        return clock.copy();
    }

    /** The digest that homes compare in a read. */
    @Benchmark
    public long digest() {
        return filled.digest();
    }
}
