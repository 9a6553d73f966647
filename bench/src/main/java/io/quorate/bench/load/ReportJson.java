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

    /** All of a series: the run of the middle rate in full, the main figures of each run, and the median of each figure. */
    static String render(LoadSeries series) {
        LoadSettings settings = series.settings();
        ObjectNode root = MAPPER.createObjectNode();
        root.put("command", "bench load")
                .put("loop", settings.manner().arrivals().open() ? "open" : "closed");
        addMachine(root.putObject("machine"), series.machine());
        addSettings(root.putObject("settings"), settings);
        root.put("interrupted", series.interrupted());
        addFigures(root.putObject("medians"), series.medians());
        root.put("run", series.typical() + 1);
        addReport(root, series.runs().get(series.typical()));
        ArrayNode runs = root.putArray("runs");
        series.runs().forEach(run -> addFigures(runs.addObject(), Figures.of(run)));
        return text(root);
    }

    /** A tree as an indented text. */
    static String text(ObjectNode root) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values always has a text", e);
        }
    }

    private static void addReport(ObjectNode root, LoadReport report) {
        root.putObject("preload")
                .put("keys", report.preload().keys())
                .put("failed", report.preload().failed())
                .put("seconds", report.preload().seconds());
        Tally tally = report.tally();
        root.put("seconds", report.seconds())
                .put("operations", tally.answered())
                .put("operationsPerSecond", report.operationsPerSecond())
                .put("failed", tally.failed())
                .put("late", tally.late())
                .put("unsent", tally.unsent())
                .put("unsentWaitMsMax", tally.unsentMillisMax())
                .put("siblingsSeen", tally.siblings())
                .put("notFound", tally.missing())
                .put("putsWithoutContext", tally.putsWithoutContext());
        ObjectNode latency = root.putObject("latencyMs");
        ObjectNode service = root.putObject("serviceMs");
        for (Operation operation : Operation.values()) {
            addLatencies(latency.putObject(operation.text()), tally.latencies(operation));
            addLatencies(service.putObject(operation.text()), tally.serviceTimes(operation));
        }
        addLatencies(latency.putObject("failed"), tally.failedLatencies());
        ObjectNode errors = root.putObject("errors");
        tally.failures().forEach(errors::put);
        addServer(root.putObject("server"), report);
        ObjectNode client = root.putObject("client");
        put(client, "cpuSeconds", report.clientCpuSeconds());
        put(client, "cpuMsPer1000Operations", report.clientCpuMillisPerThousand());
    }

    private static void addServer(ObjectNode server, LoadReport report) {
        ServerUse use = report.serverUse();
        put(server, "cpuSeconds", use.cpuSeconds());
        put(server, "cpuMsPer1000Operations", report.serverCpuMillisPerThousand());
        if (use.processes().isPresent()) {
            server.put("processes", use.processes().getAsInt());
        } else {
            server.putNull("processes");
        }
        put(server, "fsyncs", use.fsyncs());
        put(server, "fsyncsPer1000Puts", report.fsyncsPerThousandPuts());
        ArrayNode processes = server.putArray("perProcess");
        for (ServerUse.ProcessUse process : use.perProcess()) {
            ObjectNode node = processes.addObject().put("process", process.process());
            ArrayNode nodes = node.putArray("nodes");
            process.nodes().forEach(nodes::add);
            node.put("cpuSeconds", process.cpuSeconds());
            put(node, "gcSeconds", process.gcSeconds());
            put(node, "heapUsedBytes", process.heapBytes());
        }
    }

    private static void addMachine(ObjectNode node, Machine machine) {
        node.put("os", machine.os())
                .put("cpu", machine.cpu())
                .put("cores", machine.cores())
                .put("memoryBytes", machine.memoryBytes())
                .put("jdk", machine.jdk())
                .put("commit", machine.commit());
    }

    private static void addFigures(ObjectNode node, Figures figures) {
        figures.values().forEach(node::put);
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
                .put("seed", settings.seed())
                .put("arrivals", settings.manner().arrivals().kind().text())
                .put("ratePerSecond", settings.manner().arrivals().perSecond())
                .put("zipf", settings.manner().zipf())
                .put("route", settings.manner().route().text())
                .put("runs", settings.manner().runs())
                .put("embeddedNodes", settings.manner().embedded());
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
