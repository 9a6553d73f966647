package io.quorate.bench.load;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What happened to the operations of one client in one phase, or, added up, of all. Latencies are of operations that
 * were answered: done, several siblings, or no such key. The service time of an operation counts from when it was sent,
 * the response time from when it was due; in a closed loop they are the same. Not thread-safe.
 */
final class Tally {
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long NANOS_PER_MICRO = 1000;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Map<Operation, Histogram> responseMicros = new EnumMap<>(Operation.class);
    private final Map<Operation, Histogram> serviceMicros = new EnumMap<>(Operation.class);
    private final Histogram failedMicros = new Histogram(SIGNIFICANT_DIGITS);
    private final SortedMap<String, Long> failures = new TreeMap<>();
    private long siblings;
    private long missing;
    private long putsWithoutContext;
    private long late;
    private long unsent;
    private long unsentNanosMax;

    Tally() {
        for (Operation operation : Operation.values()) {
            responseMicros.put(operation, new Histogram(SIGNIFICANT_DIGITS));
            serviceMicros.put(operation, new Histogram(SIGNIFICANT_DIGITS));
        }
    }

    void answered(Operation operation, long serviceNanos, long responseNanos) {
        of(serviceMicros, operation).recordValue(serviceNanos / NANOS_PER_MICRO);
        of(responseMicros, operation).recordValue(responseNanos / NANOS_PER_MICRO);
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

    /** Notes that an operation was sent later than it was due, because as many as allowed were in flight. */
    void beganLate() {
        late++;
    }

    /** Notes operations that were due in the phase and not sent by its end. */
    void leftUnsent(ArrivalSchedule.Unsent left) {
        unsent += left.count();
        unsentNanosMax = Math.max(unsentNanosMax, left.longestNanos());
    }

    void add(Tally other) {
        for (Operation operation : Operation.values()) {
            of(responseMicros, operation).add(of(other.responseMicros, operation));
            of(serviceMicros, operation).add(of(other.serviceMicros, operation));
        }
        late += other.late;
        unsent += other.unsent;
        unsentNanosMax = Math.max(unsentNanosMax, other.unsentNanosMax);
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
        return of(responseMicros, operation).getTotalCount();
    }

    long failed() {
        return failedMicros.getTotalCount();
    }

    /** Response times: from when operations were due. */
    Latencies latencies(Operation operation) {
        return Latencies.of(of(responseMicros, operation));
    }

    /** Service times: from when operations were sent. */
    Latencies serviceTimes(Operation operation) {
        return Latencies.of(of(serviceMicros, operation));
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

    long late() {
        return late;
    }

    long unsent() {
        return unsent;
    }

    /** How long the first operation that was not sent had waited at the end of its phase, in milliseconds. */
    double unsentMillisMax() {
        return unsentNanosMax / NANOS_PER_MILLI;
    }

    private static Histogram of(Map<Operation, Histogram> histograms, Operation operation) {
        Histogram histogram = histograms.get(operation);
        if (histogram == null) {
            throw new IllegalStateException("no histogram for " + operation);
        }
        return histogram;
    }
}
