package io.quorate.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code bench table}: the closed loop at every point of a grid, as one table in Markdown. */
@Command(
        name = "table",
        description = "Runs bench load for every level, mix and number in flight and prints one Markdown table.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:there is no such bucket", "2:a wrong command line", "3:no node could be reached"})
public final class TableCommand implements Callable<Integer> {
    private static final int CELLS_MAX = 100;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called.
    private CommandSpec spec;

    @Option(
            names = {"--in-flight", "--clients"},
            split = ",",
            defaultValue = "1,32,128",
            paramLabel = "N",
            description = "Operations in flight, separated by commas (default: ${DEFAULT-VALUE}).")
    private List<Integer> inFlight = List.of();

    @Option(
            names = "--mixes",
            split = ",",
            defaultValue = "put,get,mixed",
            paramLabel = "put|get|mixed",
            description = "Kinds of load, separated by commas (default: ${DEFAULT-VALUE}).")
    private List<String> mixes = List.of();

    @Option(
            names = "--levels",
            split = ",",
            defaultValue = "QUORUM,ONE",
            paramLabel = "LEVEL",
            description = "Consistency levels, separated by commas (default: ${DEFAULT-VALUE}).")
    private List<String> levels = List.of();

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Override
    public Integer call() throws InterruptedException {
        List<LoadSettings> grid = grid();
        try {
            return options.withNodes(grid.get(0), (first, callers) -> {
                print(head(first));
                Progress progress = options.progress();
                AtomicBoolean stopped = new AtomicBoolean();
                AtomicReference<@Nullable LoadRun> current = new AtomicReference<>();
                Runnable stop = () -> {
                    stopped.set(true);
                    LoadRun running = current.get();
                    if (running != null) {
                        running.stop();
                    }
                };
                return Interruption.during(stop, first, () -> {
                    for (int i = 0; i < grid.size() && !stopped.get(); i++) {
                        LoadSettings cell = grid.get(i).withEndpoints(first.endpoints());
                        progress.note((i + 1) + " of " + grid.size() + ": " + name(cell));
                        LoadRun run = new LoadRun(cell, progress, callers);
                        current.set(run);
                        print(row(cell, run.execute()));
                    }
                    return 0;
                });
            });
        } catch (LoadException e) {
            spec.commandLine().getErr().println("bench table: " + e.getMessage());
            return e.exitCode();
        }
    }

    private List<LoadSettings> grid() {
        List<LoadSettings> grid = new ArrayList<>();
        for (String level : levels) {
            for (String mix : mixes) {
                for (int count : inFlight) {
                    grid.add(options.settings(count, options.readPercentOf("--mixes", mix), level, Arrivals.CLOSED));
                }
            }
        }
        options.checkRange("cells of the table", grid.size(), 1, CELLS_MAX);
        return grid;
    }

    private void print(String text) {
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }

    private static String head(LoadSettings settings) {
        LoadSettings.Manner manner = settings.manner();
        return String.format(
                Locale.ROOT,
                "%s; %d %s, %d-byte values, %d keys%s, route %s; %d runs of %.1f s after %.1f s of warm-up, medians."
                        + "%n%n| level | load | in flight | operations/s | put p50 / p99 / p99.9, ms | get p50 / p99 /"
                        + " p99.9, ms | server CPU, ms per 1000 | client CPU, ms per 1000 | fsyncs per 1000 puts |"
                        + " failed |%n|---|---|---|---|---|---|---|---|---|---|%n",
                Machine.here().text(),
                settings.endpoints().size(),
                manner.embedded() > 0 ? "nodes in this process" : "nodes",
                settings.valueSizeBytes(),
                settings.keys(),
                manner.zipf() == 0 ? "" : " (Zipf " + manner.zipf() + ")",
                manner.route().text(),
                manner.runs(),
                settings.duration().toMillis() / 1000.0,
                settings.warmup().toMillis() / 1000.0);
    }

    private static String name(LoadSettings cell) {
        String mix = cell.readPercent() == 0 ? "put" : cell.readPercent() == 100 ? "get" : "mixed";
        return cell.level() + " " + mix + " " + cell.clients();
    }

    private static String row(LoadSettings cell, LoadSeries series) {
        Figures figures = series.medians();
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %s%s |%n",
                name(cell).replace(" ", " | "),
                number(figures.get(Figures.RATE), "%.0f"),
                latencies(figures, "put"),
                latencies(figures, "get"),
                number(figures.get(Figures.SERVER_CPU), "%.0f"),
                number(figures.get(Figures.CLIENT_CPU), "%.0f"),
                number(figures.get(Figures.FSYNCS), "%.0f") + " | " + number(figures.get("failed"), "%.0f"),
                series.interrupted() ? " (interrupted)" : "");
    }

    private static String latencies(Figures figures, String operation) {
        return figures.get(operation + ".p50").isEmpty()
                ? ""
                : number(figures.get(operation + ".p50"), "%.2f") + " / "
                        + number(figures.get(operation + ".p99"), "%.2f") + " / "
                        + number(figures.get(operation + ".p99.9"), "%.2f");
    }

    private static String number(OptionalDouble value, String format) {
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "";
    }
}
