package io.quorate.bench.load;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** A report for people. What is not known is n/a. */
final class ReportTable {
    private final StringBuilder out = new StringBuilder();

    private ReportTable() {}

    static String render(LoadReport report) {
        ReportTable table = new ReportTable();
        table.settings(report.settings());
        table.results(report);
        table.latencies(report.tally());
        table.failures(report.tally());
        table.costs(report);
        return table.out.toString();
    }

    private void settings(LoadSettings settings) {
        row("load", "closed loop, %d clients, %d %% gets", settings.clients(), settings.readPercent());
        row("urls", "%s", settings.endpoints().stream().map(Endpoint::url).collect(Collectors.joining(" ")));
        row(
                "bucket",
                "%s, %d keys, %d bytes a value, level %s, timeout %d ms, seed %d",
                settings.bucket(),
                settings.keys(),
                settings.valueSizeBytes(),
                settings.level(),
                settings.timeout().toMillis(),
                settings.seed());
        row(
                "bounds",
                "%.1f s after %.1f s of warm-up, at most %d operations",
                settings.duration().toMillis() / 1000.0,
                settings.warmup().toMillis() / 1000.0,
                settings.operationsMax());
    }

    private void results(LoadReport report) {
        LoadReport.Preload preload = report.preload();
        row("preload", "%d keys in %.1f s, %d failed", preload.keys(), preload.seconds(), preload.failed());
        out.append('\n');
        Tally tally = report.tally();
        row(
                "operations",
                "%d in %.2f s%s",
                tally.answered(),
                report.seconds(),
                report.interrupted() ? " (interrupted)" : "");
        row("rate", "%.0f operations/s", report.operationsPerSecond());
        row("siblings seen", "%d", tally.siblings());
        row("not found", "%d", tally.missing());
        row("puts without context", "%d", tally.putsWithoutContext());
        row("failed", "%d", tally.failed());
    }

    private void latencies(Tally tally) {
        out.append(String.format(
                Locale.ROOT,
                "%n%-12s%10s%10s%10s%10s%10s%10s%10s%n",
                "latency, ms",
                "count",
                "mean",
                "p50",
                "p90",
                "p99",
                "p99.9",
                "max"));
        for (Operation operation : Operation.values()) {
            latency(operation.text(), tally.latencies(operation));
        }
        latency("failed", tally.failedLatencies());
    }

    private void latency(String name, Latencies latencies) {
        if (latencies.count() > 0) {
            out.append(String.format(
                    Locale.ROOT,
                    "%-12s%10d%10.3f%10.3f%10.3f%10.3f%10.3f%10.3f%n",
                    name,
                    latencies.count(),
                    latencies.mean(),
                    latencies.p50(),
                    latencies.p90(),
                    latencies.p99(),
                    latencies.p999(),
                    latencies.max()));
        }
    }

    private void failures(Tally tally) {
        if (!tally.failures().isEmpty()) {
            out.append('\n');
            tally.failures().forEach((cause, count) -> row(cause, "%d", count));
        }
    }

    private void costs(LoadReport report) {
        out.append('\n');
        row(
                "server CPU",
                "%s ms per 1000 operations, %s processes",
                figure(report.serverCpuMillisPerThousand()),
                report.serverUse().processes().isPresent()
                        ? Integer.toString(report.serverUse().processes().getAsInt())
                        : "n/a");
        row("client CPU", "%s ms per 1000 operations", figure(report.clientCpuMillisPerThousand()));
        row("fsyncs", "%s per 1000 puts", figure(report.fsyncsPerThousandPuts()));
    }

    private static String figure(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.1f", value.getAsDouble()) : "n/a";
    }

    private void row(String name, String format, Object... values) {
        out.append(String.format(Locale.ROOT, "%-22s", name))
                .append(String.format(Locale.ROOT, format, values))
                .append('\n');
    }
}
