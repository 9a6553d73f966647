package io.quorate.bench.load;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** A report for people. What is not known is n/a. */
final class ReportTable {
    private final StringBuilder out = new StringBuilder();

    private ReportTable() {}

    /** The run of the middle rate; of several runs also the main figures of each and the medians. */
    static String render(LoadSeries series) {
        LoadReport report = series.runs().get(series.typical());
        ReportTable table = new ReportTable();
        table.row("machine", "%s", series.machine().text());
        table.settings(report.settings());
        table.results(report);
        table.latencies(report);
        table.failures(report.tally());
        table.costs(report);
        if (series.runs().size() > 1) {
            table.runs(series);
        }
        return table.out.toString();
    }

    private void runs(LoadSeries series) {
        out.append(String.format(
                Locale.ROOT,
                "%n%-12s%14s%12s%12s%12s%12s%14s%n",
                "run",
                "operations/s",
                "put p50",
                "put p99",
                "get p50",
                "get p99",
                "server CPU"));
        for (int i = 0; i < series.runs().size(); i++) {
            String mark = i == series.typical() ? " (above)" : "";
            run((i + 1) + mark, Figures.of(series.runs().get(i)));
        }
        run("median", series.medians());
    }

    private void run(String name, Figures figures) {
        out.append(String.format(
                Locale.ROOT,
                "%-12s%14s%12s%12s%12s%12s%14s%n",
                name,
                figure(figures.get(Figures.RATE)),
                figure(figures.get("put.p50")),
                figure(figures.get("put.p99")),
                figure(figures.get("get.p50")),
                figure(figures.get("get.p99")),
                figure(figures.get(Figures.SERVER_CPU))));
    }

    private void settings(LoadSettings settings) {
        LoadSettings.Manner manner = settings.manner();
        row("load", "%s, %d clients, %d %% gets", manner.arrivals().text(), settings.clients(), settings.readPercent());
        row(
                "keys",
                "%s; nodes by %s%s",
                manner.zipf() == 0 ? "all alike" : "Zipf, exponent " + manner.zipf(),
                manner.route() == Route.RING ? "ring" : "client",
                manner.embedded() == 0 ? "" : "; " + manner.embedded() + " nodes in this process, called without HTTP");
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
        if (report.settings().manner().arrivals().open()) {
            row("begun late", "%d operations, because as many as allowed were in flight", tally.late());
            row(
                    "never sent",
                    "%d operations were due; the first of them had waited %.1f ms at the end",
                    tally.unsent(),
                    tally.unsentMillisMax());
        }
        row("siblings seen", "%d", tally.siblings());
        row("not found", "%d", tally.missing());
        row("puts without context", "%d", tally.putsWithoutContext());
        row("failed", "%d", tally.failed());
    }

    private void latencies(LoadReport report) {
        Tally tally = report.tally();
        boolean open = report.settings().manner().arrivals().open();
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
            if (open) {
                latency(operation.text() + " service", tally.serviceTimes(operation));
            }
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
        for (ServerUse.ProcessUse process : report.serverUse().perProcess()) {
            row(
                    "  " + String.join(" ", process.nodes()),
                    "%.2f s CPU, %s s collecting garbage, %s MiB of heap used (%s)",
                    process.cpuSeconds(),
                    process.gcSeconds().isPresent()
                            ? String.format(
                                    Locale.ROOT, "%.3f", process.gcSeconds().getAsDouble())
                            : "n/a",
                    process.heapBytes().isPresent()
                            ? String.format(
                                    Locale.ROOT, "%.0f", process.heapBytes().getAsDouble() / (1 << 20))
                            : "n/a",
                    process.process());
        }
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
