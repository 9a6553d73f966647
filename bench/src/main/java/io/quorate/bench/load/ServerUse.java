package io.quorate.bench.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What the servers used between two scrapes. A figure is there only if every node told it both times and none was
 * started anew between; half a figure would pass for a whole one.
 *
 * @param processes how many server processes there are; several nodes may share one
 */
record ServerUse(OptionalDouble cpuSeconds, OptionalInt processes, OptionalDouble fsyncs) {
    static final String CPU_SECONDS = "quorate_process_cpu_seconds_total";
    static final String FSYNCS = "quorate_storage_fsync_seconds_count";

    static ServerUse unknown() {
        return new ServerUse(OptionalDouble.empty(), OptionalInt.empty(), OptionalDouble.empty());
    }

    /** What one node's metrics said: the processor time of processes by host and pid, and the node's fsyncs. */
    record NodeScrape(Map<String, Double> cpuSeconds, OptionalDouble fsyncs) {
        NodeScrape {
            cpuSeconds = Map.copyOf(cpuSeconds);
        }

        /** A node that did not answer. */
        static NodeScrape none() {
            return new NodeScrape(Map.of(), OptionalDouble.empty());
        }

        static NodeScrape read(String host, MetricsText metrics) {
            Map<String, Double> cpuSeconds = new HashMap<>();
            for (MetricsText.Sample sample : metrics.samples(CPU_SECONDS)) {
                cpuSeconds.put(host + "/" + sample.labels().getOrDefault("pid", ""), sample.value());
            }
            List<MetricsText.Sample> fsyncs = metrics.samples(FSYNCS);
            double sum = fsyncs.stream().mapToDouble(MetricsText.Sample::value).sum();
            return new NodeScrape(cpuSeconds, fsyncs.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(sum));
        }
    }

    /** Compares two scrapes of the same nodes in the same order. */
    static ServerUse between(List<NodeScrape> before, List<NodeScrape> after) {
        Map<String, Double> cpuBefore = new HashMap<>();
        Map<String, Double> cpuAfter = new HashMap<>();
        boolean cpuWhole = !before.isEmpty();
        boolean fsyncsWhole = cpuWhole;
        double fsyncs = 0;
        for (int i = 0; i < before.size(); i++) {
            NodeScrape first = before.get(i);
            NodeScrape second = after.get(i);
            cpuWhole &= !first.cpuSeconds().isEmpty() && !second.cpuSeconds().isEmpty();
            // Of several scrapes of one process, those next to the measured window.
            first.cpuSeconds().forEach((process, seconds) -> cpuBefore.merge(process, seconds, Math::max));
            second.cpuSeconds().forEach((process, seconds) -> cpuAfter.merge(process, seconds, Math::min));
            fsyncsWhole &= first.fsyncs().isPresent() && second.fsyncs().isPresent();
            double difference = second.fsyncs().orElse(0) - first.fsyncs().orElse(0);
            fsyncsWhole &= difference >= 0;
            fsyncs += difference;
        }
        cpuWhole &= cpuBefore.keySet().equals(cpuAfter.keySet());
        double cpuSeconds = 0;
        for (Map.Entry<String, Double> process : cpuAfter.entrySet()) {
            double difference = process.getValue() - cpuBefore.getOrDefault(process.getKey(), 0.0);
            cpuWhole &= difference >= 0;
            cpuSeconds += difference;
        }
        return new ServerUse(
                cpuWhole ? OptionalDouble.of(cpuSeconds) : OptionalDouble.empty(),
                cpuWhole ? OptionalInt.of(cpuAfter.size()) : OptionalInt.empty(),
                fsyncsWhole ? OptionalDouble.of(fsyncs) : OptionalDouble.empty());
    }
}
