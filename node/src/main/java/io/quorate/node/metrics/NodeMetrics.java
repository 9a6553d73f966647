package io.quorate.node.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The meters of one node, named {@code quorate_*}. Safe from any thread. */
public final class NodeMetrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ConcurrentMap<List<String>, Timer> timers = new ConcurrentHashMap<>();
    private final ConcurrentMap<List<String>, Counter> counters = new ConcurrentHashMap<>();
    private final Timer fsync;
    private final DistributionSummary batch;
    private final DistributionSummary siblings;
    private final Timer commits;

    public NodeMetrics(String node) {
        registry.config().commonTags("node", node);
        fsync = Timer.builder("quorate.storage.fsync")
                .description("One group commit: batch write and fsync")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        batch = DistributionSummary.builder("quorate.storage.batch")
                .description("Changes that shared one fsync")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        siblings = DistributionSummary.builder("quorate.siblings")
                .description("Siblings a read showed")
                .register(registry);
        commits = Timer.builder("quorate.groups.commit")
                .description("From proposing entries to their commit, at leaders")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os) {
            FunctionCounter.builder("quorate.process.cpu.seconds", os, bean -> (double) bean.getProcessCpuTime() / 1e9)
                    .description("CPU time of the whole process; nodes in one process show the same")
                    .tag("pid", Long.toString(ProcessHandle.current().pid()))
                    // Process ids of several containers may be the same.
                    .tag(
                            "start",
                            Long.toString(ManagementFactory.getRuntimeMXBean().getStartTime()))
                    .register(registry);
        }
        FunctionCounter.builder(
                        "quorate.process.gc.seconds",
                        ManagementFactory.getGarbageCollectorMXBeans(),
                        NodeMetrics::collectingSeconds)
                .description("Time in garbage collections of the whole process")
                .register(registry);
        Gauge.builder("quorate.process.heap.used.bytes", ManagementFactory.getMemoryMXBean(), bean ->
                        (double) bean.getHeapMemoryUsage().getUsed())
                .description("Heap in use of the whole process, garbage included")
                .register(registry);
    }

    private static double collectingSeconds(List<GarbageCollectorMXBean> collectors) {
        long millis = 0;
        for (GarbageCollectorMXBean collector : collectors) {
            millis += Math.max(0, collector.getCollectionTime());
        }
        return millis / 1e3;
    }

    /** One request of a client, from its first byte to its answer; {@code mode} is that of its bucket. */
    public void request(String operation, String mode, String level, String outcome, long nanos) {
        timers.computeIfAbsent(
                        List.of(operation, mode, level, outcome),
                        key -> Timer.builder("quorate.request")
                                .description("Requests of clients")
                                .tags(Tags.of("op", operation, "mode", mode, "level", level, "outcome", outcome))
                                .publishPercentiles(0.5, 0.99)
                                .register(registry))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** One request of a coordinator to one replica. */
    public void replicaRequest(String peer, String outcome, long micros) {
        timers.computeIfAbsent(
                        List.of("replica", peer, outcome),
                        key -> Timer.builder("quorate.replica.request")
                                .description("Requests of this node's coordinators to replicas")
                                .tags(Tags.of("peer", peer, "outcome", outcome))
                                .register(registry))
                .record(micros, TimeUnit.MICROSECONDS);
    }

    /** Shows the counters whose tags are known beforehand, so that their first step is seen as one. */
    public void countsFromZero() {
        for (String code : List.of("unavailable", "timeout", "level-not-reached")) {
            count("quorate.level.shortfalls", "code", code, 0);
        }
        for (String cause : List.of(
                "in-flight",
                "bytes-in-flight",
                "queue-limit",
                "queue-delay",
                "data-plane",
                "forward",
                "stalled-home",
                "connections",
                "stopping",
                "late",
                "frozen",
                "stranger",
                "disk-full",
                "slow-request")) {
            count("quorate.refusals", "cause", cause, 0);
        }
        for (String how : List.of("blocking", "async", "healed")) {
            count("quorate.reads.repaired", "how", how, 0);
        }
        for (String result : List.of("won", "lost", "denied")) {
            count("quorate.hedges", "result", result, 0);
        }
        count("quorate.stale.replies", "seen", "late", 0);
        count("quorate.anti.entropy.alarms", "cause", "tree", 0);
        count("quorate.anti.entropy.alarms", "cause", "group", 0);
        count("quorate.anti.entropy.gaps", "event", "closed", 0);
        count("quorate.hints", "event", "dropped", 0);
    }

    public void count(String name, String tag, String value) {
        count(name, tag, value, 1);
    }

    public void count(String name, String tag, String value, long amount) {
        counters.computeIfAbsent(List.of(name, tag, value), key -> registry.counter(name, List.of(Tag.of(tag, value))))
                .increment((double) amount);
    }

    /** What {@link #count} has counted under a name, whatever its tags. */
    public long total(String name) {
        double total = 0;
        for (Counter counter : registry.find(name).counters()) {
            total += counter.count();
        }
        return (long) total;
    }

    public void siblings(int count) {
        siblings.record(count);
    }

    public void groupCommit(int changes, long nanos) {
        batch.record(changes);
        fsync.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** What a leader here had proposed together is committed. */
    public void entryCommitted(long nanos) {
        commits.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    /** Everything in Prometheus' text format. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }
}
