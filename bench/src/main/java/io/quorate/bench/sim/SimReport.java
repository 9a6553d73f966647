package io.quorate.bench.sim;

import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.request.KeyReply;
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
    private long withStandIns;
    private long withoutHomes;
    private long reads;
    private long closed;
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

    void acknowledged(KeyReply.Reached reached) {
        withStandIns += reached.hinted() > 0 ? 1 : 0;
        withoutHomes += reached.homes() == 0 ? 1 : 0;
        acknowledged++;
    }

    void closed() {
        closed++;
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

    /** Acknowledged writes that other nodes kept for homes, some or all. */
    public long withStandIns() {
        return withStandIns;
    }

    /** Acknowledged writes that no home had taken yet. */
    public long withoutHomes() {
        return withoutHomes;
    }

    public long acknowledgedWrites() {
        return acknowledged;
    }

    /** Actors whose gaps were closed. */
    public long gapsClosed() {
        return closed;
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
