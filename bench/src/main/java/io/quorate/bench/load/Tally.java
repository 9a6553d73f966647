package io.quorate.bench.load;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What happened to the operations of one client in one phase, or, added up, of all. Latencies are of operations that
 * were answered: done, several siblings, or no such key. Not thread-safe.
 */
final class Tally {
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long NANOS_PER_MICRO = 1000;

    private final Map<Operation, Histogram> answeredMicros = new EnumMap<>(Operation.class);
    private final Histogram failedMicros = new Histogram(SIGNIFICANT_DIGITS);
    private final SortedMap<String, Long> failures = new TreeMap<>();
    private long siblings;
    private long missing;
    private long putsWithoutContext;

    Tally() {
        for (Operation operation : Operation.values()) {
            answeredMicros.put(operation, new Histogram(SIGNIFICANT_DIGITS));
        }
    }

    void answered(Operation operation, long nanos) {
        histogram(operation).recordValue(nanos / NANOS_PER_MICRO);
    }

    /** Counts an operation that failed; the cause is a status with its code, or what broke the exchange. */
    void failed(String cause, long nanos) {
        failures.merge(cause, 1L, Long::sum);
        failedMicros.recordValue(nanos / NANOS_PER_MICRO);
    }

    /** Notes that a get was answered with several siblings. */
    void sawSiblings() {
        siblings++;
    }

    /** Notes that a get found no such key. */
    void sawNothing() {
        missing++;
    }

    /** Notes that a put had no context to send. */
    void wentWithoutContext() {
        putsWithoutContext++;
    }

    void add(Tally other) {
        for (Operation operation : Operation.values()) {
            histogram(operation).add(other.histogram(operation));
        }
        failedMicros.add(other.failedMicros);
        other.failures.forEach((cause, count) -> failures.merge(cause, count, Long::sum));
        siblings += other.siblings;
        missing += other.missing;
        putsWithoutContext += other.putsWithoutContext;
    }

    /** The operations that were answered. */
    long answered() {
        long count = 0;
        for (Operation operation : Operation.values()) {
            count += answered(operation);
        }
        return count;
    }

    long answered(Operation operation) {
        return histogram(operation).getTotalCount();
    }

    long failed() {
        return failedMicros.getTotalCount();
    }

    Latencies latencies(Operation operation) {
        return Latencies.of(histogram(operation));
    }

    Latencies failedLatencies() {
        return Latencies.of(failedMicros);
    }

    /** How often each cause made an operation fail. */
    SortedMap<String, Long> failures() {
        return Collections.unmodifiableSortedMap(failures);
    }

    long siblings() {
        return siblings;
    }

    long missing() {
        return missing;
    }

    long putsWithoutContext() {
        return putsWithoutContext;
    }

    private Histogram histogram(Operation operation) {
        Histogram histogram = answeredMicros.get(operation);
        if (histogram == null) {
            throw new IllegalStateException("no histogram for " + operation);
        }
        return histogram;
    }
}
