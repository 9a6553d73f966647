package io.quorate.bench.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;

/** A report as one JSON object. Every name is always there; what is not known is null. */
final class ReportJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ReportJson() {}

    static String render(LoadReport report) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("command", "bench load").put("loop", "closed");
        addSettings(root.putObject("settings"), report.settings());
        root.putObject("preload")
                .put("keys", report.preload().keys())
                .put("failed", report.preload().failed())
                .put("seconds", report.preload().seconds());
        Tally tally = report.tally();
        root.put("interrupted", report.interrupted())
                .put("seconds", report.seconds())
                .put("operations", tally.answered())
                .put("operationsPerSecond", report.operationsPerSecond())
                .put("failed", tally.failed())
                .put("siblingsSeen", tally.siblings())
                .put("notFound", tally.missing())
                .put("putsWithoutContext", tally.putsWithoutContext());
        ObjectNode latency = root.putObject("latencyMs");
        for (Operation operation : Operation.values()) {
            addLatencies(latency.putObject(operation.text()), tally.latencies(operation));
        }
        addLatencies(latency.putObject("failed"), tally.failedLatencies());
        ObjectNode errors = root.putObject("errors");
        tally.failures().forEach(errors::put);
        ObjectNode server = root.putObject("server");
        put(server, "cpuSeconds", report.serverUse().cpuSeconds());
        put(server, "cpuMsPer1000Operations", report.serverCpuMillisPerThousand());
        if (report.serverUse().processes().isPresent()) {
            server.put("processes", report.serverUse().processes().getAsInt());
        } else {
            server.putNull("processes");
        }
        put(server, "fsyncs", report.serverUse().fsyncs());
        put(server, "fsyncsPer1000Puts", report.fsyncsPerThousandPuts());
        ObjectNode client = root.putObject("client");
        put(client, "cpuSeconds", report.clientCpuSeconds());
        put(client, "cpuMsPer1000Operations", report.clientCpuMillisPerThousand());
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values always has a text", e);
        }
    }

    private static void addSettings(ObjectNode node, LoadSettings settings) {
        ArrayNode urls = node.putArray("urls");
        settings.endpoints().forEach(endpoint -> urls.add(endpoint.url()));
        node.put("bucket", settings.bucket())
                .put("create", settings.create())
                .put("clients", settings.clients())
                .put("durationMs", settings.duration().toMillis())
                .put("warmupMs", settings.warmup().toMillis())
                .put("operationsMax", settings.operationsMax())
                .put("readPercent", settings.readPercent())
                .put("keys", settings.keys())
                .put("valueSizeBytes", settings.valueSizeBytes())
                .put("level", settings.level())
                .put("timeoutMs", settings.timeout().toMillis())
                .put("seed", settings.seed());
    }

    private static void addLatencies(ObjectNode node, Latencies latencies) {
        node.put("count", latencies.count());
        boolean known = latencies.count() > 0;
        put(node, "mean", known ? OptionalDouble.of(latencies.mean()) : OptionalDouble.empty());
        put(node, "p50", known ? OptionalDouble.of(latencies.p50()) : OptionalDouble.empty());
        put(node, "p90", known ? OptionalDouble.of(latencies.p90()) : OptionalDouble.empty());
        put(node, "p99", known ? OptionalDouble.of(latencies.p99()) : OptionalDouble.empty());
        put(node, "p99.9", known ? OptionalDouble.of(latencies.p999()) : OptionalDouble.empty());
        put(node, "max", known ? OptionalDouble.of(latencies.max()) : OptionalDouble.empty());
    }

    private static void put(ObjectNode node, String name, OptionalDouble value) {
        if (value.isPresent()) {
            node.put(name, value.getAsDouble());
        } else {
            node.putNull(name);
        }
    }
}
