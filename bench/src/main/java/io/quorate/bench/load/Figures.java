package io.quorate.bench.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The figures of a run by name, in a fixed order, so that runs can be put beside each other. Latencies are response times
 * in milliseconds; what is not known is not there.
 */
record Figures(Map<String, Double> values) {
    static final String RATE = "operationsPerSecond";
    static final String SERVER_CPU = "server.cpuMsPer1000Operations";
    static final String CLIENT_CPU = "client.cpuMsPer1000Operations";
    static final String FSYNCS = "server.fsyncsPer1000Puts";

    static Figures of(LoadReport report) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(RATE, report.operationsPerSecond());
        values.put("failed", (double) report.tally().failed());
        values.put("unsent", (double) report.tally().unsent());
        for (Operation operation : Operation.values()) {
            latencies(values, operation.text(), report.tally().latencies(operation));
            latencies(values, operation.text() + ".service", report.tally().serviceTimes(operation));
        }
        report.serverCpuMillisPerThousand().ifPresent(value -> values.put(SERVER_CPU, value));
        report.clientCpuMillisPerThousand().ifPresent(value -> values.put(CLIENT_CPU, value));
        report.fsyncsPerThousandPuts().ifPresent(value -> values.put(FSYNCS, value));
        return new Figures(values);
    }

    private static void latencies(Map<String, Double> values, String name, Latencies latencies) {
        if (latencies.count() > 0) {
            values.put(name + ".p50", latencies.p50());
            values.put(name + ".p90", latencies.p90());
            values.put(name + ".p99", latencies.p99());
            values.put(name + ".p99.9", latencies.p999());
            values.put(name + ".max", latencies.max());
        }
    }

    OptionalDouble get(String name) {
        Double value = values.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** Of each figure its median over all runs; a figure that one of them lacks is left out. */
    static Figures medians(List<Figures> runs) {
        Set<String> names = new LinkedHashSet<>();
        runs.forEach(run -> names.addAll(run.values.keySet()));
        Map<String, Double> medians = new LinkedHashMap<>();
        for (String name : names) {
            List<Double> sorted = new ArrayList<>();
            runs.forEach(run -> run.get(name).ifPresent(sorted::add));
            if (sorted.size() == runs.size()) {
                sorted.sort(null);
                int middle = sorted.size() / 2;
                medians.put(
                        name,
                        sorted.size() % 2 == 1
                                ? sorted.get(middle)
                                : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
            }
        }
        return new Figures(medians);
    }
}
