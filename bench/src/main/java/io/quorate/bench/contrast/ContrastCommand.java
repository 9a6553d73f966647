package io.quorate.bench.contrast;

import io.quorate.bench.chaos.Network;
import io.quorate.bench.chaos.ServerProcesses;
import io.quorate.bench.chaos.Victims;
import io.quorate.bench.load.Machine;
import io.quorate.bench.local.AtExit;
import io.quorate.node.demo.DemoCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Puts the two modes beside each other. */
@Command(
        name = "contrast",
        description = {
            "Puts the two modes beside each other: the same clients, ring and machine, and the same outages, for a leaderless"
                    + " bucket (QUORUM) and a leader bucket (SEMI_SYNC, LINEARIZABLE).",
            "Starts four servers in three zones, so that each zone has one home of every partition. Phases: healthy; the node"
                    + " that leads most groups is killed; it is back; the zone of two nodes is cut off, with clients on"
                    + " both sides; healed.",
            "Prints a table and writes a page. Ends with 0 if all that the modes promise was kept, with 1 if not."
        },
        mixinStandardHelpOptions = true)
public final class ContrastCommand implements Callable<Integer> {
    /** Two nodes in the first zone: cut off, they can still stand in for each other. */
    private static final List<String> ZONES = List.of("a", "a", "b", "c");

    private static final Sides SIDES = Sides.of(List.of(0, 1), List.of(2, 3));

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called.
    private CommandSpec spec;

    @Option(names = "--phase", defaultValue = "10", description = "seconds of each phase (default 10)")
    private double phase;

    @Option(
            names = "--warmup",
            defaultValue = "10",
            description = "seconds of load on each mode before the first is measured (default 10)")
    private double warmup;

    @Option(
            names = "--clients",
            defaultValue = "16",
            description = "clients, one request at a time each, half of them on either side of the cut (default 16)")
    private int clients;

    @Option(names = "--reads", defaultValue = "0.5", description = "share of reads (default 0.5)")
    private double reads;

    @Option(names = "--keys", defaultValue = "640", description = "keys of each bucket (default 640)")
    private int keys;

    @Option(names = "--value-size", defaultValue = "1024", description = "bytes of a value (default 1024)")
    private int valueSize;

    @Option(
            names = "--timeout",
            defaultValue = "1000",
            description = "milliseconds within which a request must be answered (default 1000)")
    private int timeout;

    @Option(names = "--seed", defaultValue = "1", description = "what is asked for (default 1)")
    private long seed;

    @Option(names = "--page", description = "where the page goes (default quorate-contrast.html)")
    private Path page = Path.of("quorate-contrast.html");

    @Option(names = "--picture", description = "where a picture for other pages goes, as SVG (default: nowhere)")
    private @Nullable Path picture;

    @Option(
            names = "--data",
            description = "folder for data and logs (default: a temporary one, removed if all is well)")
    private @Nullable Path data;

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        Path kept = data;
        Path folder = kept == null ? Files.createTempDirectory("quorate-contrast-") : Files.createDirectories(kept);
        System.err.println("contrast: data and logs in " + folder.toAbsolutePath());
        AtomicReference<@Nullable Victims> begun = new AtomicReference<>();
        AtExit end = AtExit.run(() -> {
            Victims left = begun.get();
            if (left != null) {
                left.close();
            }
        });
        ContrastReport report;
        try {
            Victims victims = ServerProcesses.inZones(ZONES, folder, Network.loopback(), begun::set);
            report = new ContrastRun(settings(), victims, SIDES, System.err::println).run();
        } finally {
            end.close();
        }
        System.out.print(ContrastTable.text(report));
        Files.writeString(page, ContrastPage.of(report, asked(), Machine.here().text()));
        System.out.println("page: " + page.toAbsolutePath());
        Path drawn = picture;
        if (drawn != null) {
            Files.writeString(drawn, new ContrastDrawings(report).writes(true));
            System.out.println("picture: " + drawn.toAbsolutePath());
        }
        List<String> wrong = report.wrong();
        wrong.forEach(each -> System.out.println("BROKEN: " + each));
        if (wrong.isEmpty() && kept == null) {
            DemoCluster.deleteTree(folder);
        }
        return wrong.isEmpty() ? 0 : 1;
    }

    private ContrastRun.Settings settings() {
        return new ContrastRun.Settings(
                new Crowd.Settings(clients, reads, seed), keys, valueSize, Duration.ofMillis(timeout), phase, warmup);
    }

    /** What it was asked to do, to repeat it. */
    String asked() {
        return String.format(
                Locale.ROOT,
                "%d clients, %.0f %% reads, %d keys, values of %d bytes, %d ms to answer, seed %d",
                clients,
                reads * 100,
                keys,
                valueSize,
                timeout,
                seed);
    }

    private void check() {
        require(phase >= 1 && phase <= 600, "--phase must be from 1 to 600 s");
        require(warmup >= 0 && warmup <= 600, "--warmup must be from 0 to 600 s");
        require(clients >= 2 && clients <= 256 && clients % 2 == 0, "--clients must be an even number from 2 to 256");
        require(reads >= 0 && reads < 1, "--reads must be from 0 to less than 1");
        require(keys >= 64 && keys <= 100_000, "--keys must be from 64 to 100000");
        require(
                valueSize >= NumberedValues.BYTES_MIN && valueSize <= 1 << 20,
                "--value-size must be from " + NumberedValues.BYTES_MIN + " to 1048576");
        require(timeout >= 1 && timeout <= 60_000, "--timeout must be from 1 to 60000 ms");
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule);
        }
    }
}
