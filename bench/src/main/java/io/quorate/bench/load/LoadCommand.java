package io.quorate.bench.load;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code bench load}: puts and gets in a closed or an open loop, and what they cost. */
@Command(
        name = "load",
        description = "Loads a running store with puts and gets and reports rates, latencies and costs.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:there is no such bucket",
            "2:a wrong command line",
            "3:no node could be reached, or no operation was answered"
        })
public final class LoadCommand implements Callable<Integer> {
    /** The most operations that a schedule may hold. */
    private static final double SCHEDULED_MAX = 1e9;

    private static final double MILLIS_PER_SECOND = 1000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called.
    private CommandSpec spec;

    @Option(
            names = {"--clients", "--in-flight"},
            defaultValue = "32",
            paramLabel = "N",
            description = "Clients, each with one operation in flight: all that may be in flight at once, also with"
                    + " --rate (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--rate",
            converter = RateConverter.class,
            paramLabel = "N/s",
            description = "An open loop: operations are due at this rate, whatever the store does, and their response"
                    + " times count from when they were due (default: a closed loop, as fast as answers come).")
    private @Nullable Double rate;

    @Option(
            names = "--arrivals",
            defaultValue = "even",
            paramLabel = "even|poisson",
            description = "With --rate: evenly spaced, or independent of each other (default: ${DEFAULT-VALUE}).")
    private String arrivals = "";

    @ArgGroup(exclusive = true)
    private Mix mix = new Mix();

    @Option(
            names = "--level",
            defaultValue = "QUORUM",
            description =
                    "Consistency level (default: ${DEFAULT-VALUE}). Of a leader bucket one of its read or write levels;"
                            + " the other kind of request is then made at the bucket's own.")
    private String level = "";

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            converter = OutputForm.Converter.class,
            paramLabel = "table|json",
            description = "Form of the report (default: ${DEFAULT-VALUE}).")
    private OutputForm output = OutputForm.TABLE;

    @Mixin
    private LoadOptions options = new LoadOptions();

    /** The share of gets, told in one of two ways. */
    static final class Mix {
        @Option(
                names = "--mix",
                paramLabel = "put|get|mixed",
                description = "Only puts, only gets, or half and half (default: mixed).")
        private @Nullable String name;

        @Option(names = "--reads", paramLabel = "PERCENT", description = "Gets in 100 operations.")
        private @Nullable Integer readPercent;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            LoadSeries series = options.withNodes(settings(), (settings, callers) -> {
                LoadRun run = new LoadRun(settings, options.progress(), callers);
                return Interruption.during(run::stop, settings, () -> {
                    LoadSeries done = run.execute();
                    spec.commandLine().getOut().print(output.render(done));
                    spec.commandLine().getOut().flush();
                    return done;
                });
            });
            boolean nothing = series.runs().stream()
                    .allMatch(run -> run.tally().answered() == 0
                            && (run.tally().failed() > 0 || run.tally().unsent() > 0));
            return nothing ? LoadException.EXIT_UNAVAILABLE : 0;
        } catch (LoadException e) {
            spec.commandLine().getErr().println("bench load: " + e.getMessage());
            return e.exitCode();
        }
    }

    LoadSettings settings() {
        LoadSettings settings = options.settings(clients, readPercent(), level, chosenArrivals());
        Duration longest =
                settings.duration().compareTo(settings.warmup()) > 0 ? settings.duration() : settings.warmup();
        double scheduled = settings.manner().arrivals().perSecond() * longest.toMillis() / MILLIS_PER_SECOND;
        options.check(
                scheduled <= SCHEDULED_MAX,
                "--rate: makes more than " + (long) SCHEDULED_MAX + " operations in one window; shorten --duration");
        return settings;
    }

    private Arrivals chosenArrivals() {
        Arrivals.Kind kind = switch (arrivals) {
            case "even" -> Arrivals.Kind.EVEN;
            case "poisson" -> Arrivals.Kind.POISSON;
            default -> throw options.usage("--arrivals: '" + arrivals + "' is neither even nor poisson");
        };
        Double given = rate;
        if (given == null) {
            options.check(kind == Arrivals.Kind.EVEN, "--arrivals: needs --rate");
            return Arrivals.CLOSED;
        }
        return new Arrivals(kind, given);
    }

    private int readPercent() {
        if (mix.readPercent != null) {
            options.checkRange("--reads", mix.readPercent, 0, 100);
            return mix.readPercent;
        }
        return options.readPercentOf("--mix", mix.name == null ? "mixed" : mix.name);
    }
}
