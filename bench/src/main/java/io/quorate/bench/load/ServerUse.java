package io.quorate.bench.load;

import io.quorate.bench.local.MetricsText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the servers used between two scrapes. A figure is there only if every node told it both times and none was
 * started anew between; half a figure would pass for a whole one.
 *
 * @param perProcess one entry a server process; empty if the processor time is not known
 */
record ServerUse(OptionalDouble cpuSeconds, OptionalDouble fsyncs, List<ProcessUse> perProcess) {
    static final String CPU_SECONDS = "quorate_process_cpu_seconds_total";
    static final String GC_SECONDS = "quorate_process_gc_seconds_total";
    static final String HEAP_BYTES = "quorate_process_heap_used_bytes";
    static final String FSYNCS = "quorate_storage_fsync_seconds_count";

    ServerUse {
        perProcess = List.copyOf(perProcess);
    }

    static ServerUse unknown() {
        return new ServerUse(OptionalDouble.empty(), OptionalDouble.empty(), List.of());
    }

    /** How many server processes there are; several nodes may share one. */
    OptionalInt processes() {
        return perProcess.isEmpty() ? OptionalInt.empty() : OptionalInt.of(perProcess.size());
    }

    /**
     * What one server process used.
     *
     * @param process its host, process id and start
     * @param nodes the nodes in it
     * @param gcSeconds time in garbage collections
     * @param heapBytes used at the end, garbage included
     */
    record ProcessUse(
            String process, List<String> nodes, double cpuSeconds, OptionalDouble gcSeconds, OptionalDouble heapBytes) {
        ProcessUse {
            nodes = List.copyOf(nodes);
        }
    }

    /** What one process told in one scrape. */
    record ProcessScrape(
            SortedSet<String> nodes, double cpuSeconds, OptionalDouble gcSeconds, OptionalDouble heapBytes) {
        /** Of two scrapes of one process through two nodes: the later one, or the earlier one. */
        ProcessScrape with(ProcessScrape other, boolean later) {
            SortedSet<String> all = new TreeSet<>(nodes);
            all.addAll(other.nodes);
            ProcessScrape chosen = later == (other.cpuSeconds > cpuSeconds) ? other : this;
            return new ProcessScrape(all, chosen.cpuSeconds, chosen.gcSeconds, chosen.heapBytes);
        }
    }

    /** What one node's metrics said: of processes by host, pid and start, and the node's fsyncs. */
    record NodeScrape(Map<String, ProcessScrape> processes, OptionalDouble fsyncs) {
        NodeScrape {
            processes = Map.copyOf(processes);
        }

        /** A node that did not answer. */
        static NodeScrape none() {
            return new NodeScrape(Map.of(), OptionalDouble.empty());
        }

        static NodeScrape read(String host, MetricsText metrics) {
            Map<String, ProcessScrape> processes = new HashMap<>();
            for (MetricsText.Sample sample : metrics.samples(CPU_SECONDS)) {
                SortedSet<String> nodes = new TreeSet<>();
                String node = sample.labels().get("node");
                if (node != null) {
                    nodes.add(node);
                }
                String start = sample.labels().getOrDefault("start", "");
                processes.put(
                        host + "/" + sample.labels().getOrDefault("pid", "") + (start.isEmpty() ? "" : "@" + start),
                        new ProcessScrape(nodes, sample.value(), metrics.sum(GC_SECONDS), metrics.sum(HEAP_BYTES)));
            }
            return new NodeScrape(processes, metrics.sum(FSYNCS));
        }
    }

    /** Compares two scrapes of the same nodes in the same order. */
    static ServerUse between(List<NodeScrape> before, List<NodeScrape> after) {
        Map<String, ProcessScrape> firsts = new TreeMap<>();
        Map<String, ProcessScrape> seconds = new TreeMap<>();
        boolean cpuWhole = !before.isEmpty();
        boolean fsyncsWhole = cpuWhole;
        double fsyncs = 0;
        for (int i = 0; i < before.size(); i++) {
            NodeScrape first = before.get(i);
            NodeScrape second = after.get(i);
            cpuWhole &= !first.processes().isEmpty() && !second.processes().isEmpty();
            // Of several scrapes of one process, those next to the measured window.
            first.processes().forEach((name, scrape) -> firsts.merge(name, scrape, (a, b) -> a.with(b, true)));
            second.processes().forEach((name, scrape) -> seconds.merge(name, scrape, (a, b) -> a.with(b, false)));
            fsyncsWhole &= first.fsyncs().isPresent() && second.fsyncs().isPresent();
            double difference = second.fsyncs().orElse(0) - first.fsyncs().orElse(0);
            fsyncsWhole &= difference >= 0;
            fsyncs += difference;
        }
        List<ProcessUse> uses = cpuWhole ? uses(firsts, seconds) : List.of();
        return new ServerUse(
                uses.isEmpty()
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(uses.stream()
                                .mapToDouble(ProcessUse::cpuSeconds)
                                .sum()),
                fsyncsWhole ? OptionalDouble.of(fsyncs) : OptionalDouble.empty(),
                uses);
    }

    /** One use a process; none at all if one of them came, went or was started anew. */
    private static List<ProcessUse> uses(Map<String, ProcessScrape> before, Map<String, ProcessScrape> after) {
        if (!before.keySet().equals(after.keySet())) {
            return List.of();
        }
        List<ProcessUse> uses = new ArrayList<>();
        for (Map.Entry<String, ProcessScrape> process : after.entrySet()) {
            ProcessScrape second = process.getValue();
            ProcessScrape first = before.getOrDefault(process.getKey(), second);
            double cpuSeconds = second.cpuSeconds() - first.cpuSeconds();
            if (cpuSeconds < 0) {
                return List.of();
            }
            uses.add(new ProcessUse(
                    process.getKey(),
                    List.copyOf(second.nodes()),
                    cpuSeconds,
                    first.gcSeconds().isPresent() && second.gcSeconds().isPresent()
                            ? OptionalDouble.of(second.gcSeconds().getAsDouble()
                                    - first.gcSeconds().getAsDouble())
                            : OptionalDouble.empty(),
                    second.heapBytes()));
        }
        return uses;
    }
}
