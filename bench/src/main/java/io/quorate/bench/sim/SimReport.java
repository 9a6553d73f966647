package io.quorate.bench.sim;

import io.quorate.bench.check.Violation;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one run did and found. */
public final class SimReport {
    private final long seed;
    private final int planned;
    private final Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
    private long operations;
    private long acknowledged;
    private long reads;
    private long checks;
    private long traceHash;
    private long virtualNanos;
    private @Nullable Violation violation;
    private List<String> trace = List.of();

    SimReport(long seed, int planned) {
        this.seed = seed;
        this.planned = planned;
    }

    int operations() {
        return planned;
    }

    void operation() {
        operations++;
    }

    void acknowledged() {
        acknowledged++;
    }

    void read() {
        reads++;
    }

    void fault(FaultKind kind) {
        faults.merge(kind, 1L, Long::sum);
    }

    void violated(Violation found, List<String> lines) {
        violation = found;
        trace = lines;
    }

    void finished(long hash, long nanos, long checked) {
        traceHash = hash;
        virtualNanos = nanos;
        checks = checked;
    }

    public long seed() {
        return seed;
    }

    /** The last events before the violation. */
    public List<String> trace() {
        return trace;
    }

    public @Nullable Violation violation() {
        return violation;
    }

    /** Equal for equal runs. */
    public long traceHash() {
        return traceHash;
    }

    public long virtualNanos() {
        return virtualNanos;
    }

    public long issued() {
        return operations;
    }

    public long acknowledgedWrites() {
        return acknowledged;
    }

    public long reads() {
        return reads;
    }

    public long checks() {
        return checks;
    }

    public Map<FaultKind, Long> faults() {
        return Map.copyOf(faults);
    }
}
