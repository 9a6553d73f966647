package io.quorate.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anti-entropy}: how far a node's replicas are known to be equal to the others', and comparing them now. */
@Command(
        name = "anti-entropy",
        mixinStandardHelpOptions = true,
        description = "Shows or starts the comparison of a node's replicas with those of the other homes.")
public final class AntiEntropyCommand extends OperatorCommand {
    public AntiEntropyCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(Node node, Printer printer) throws InterruptedException {
        return status(node, printer);
    }

    static int status(Node node, Printer printer) throws InterruptedException {
        show(node.get("/v1/anti-entropy"), printer);
        return ExitCode.DONE;
    }

    private static void show(JsonNode report, Printer printer) {
        if (printer.isJson()) {
            printer.json(report);
            return;
        }
        Map<String, long[]> byPeer = new TreeMap<>();
        for (JsonNode pair : report.path("pairs")) {
            long[] sums = byPeer.computeIfAbsent(pair.path("peer").asText(), peer -> new long[6]);
            sums[0]++;
            sums[1] += pair.path("state").asText().equals("running") ? 1 : 0;
            sums[2] += pair.path("state").asText().equals("stalled") ? 1 : 0;
            sums[3] += pair.path("lastComplete").isNull() ? 1 : 0;
            sums[4] += pair.path("keysRepaired").asLong();
            sums[5] += pair.path("bytes").asLong();
        }
        List<List<String>> rows = new ArrayList<>();
        byPeer.forEach((peer, sums) -> rows.add(List.of(
                peer,
                Long.toString(sums[0]),
                Long.toString(sums[1]),
                Long.toString(sums[2]),
                Long.toString(sums[3]),
                Long.toString(sums[4]),
                Long.toString(sums[5]))));
        JsonNode age = report.path("oldestCompleteAgeMs");
        printer.line(
                age.isNull()
                        ? "some pairs have not been compared yet"
                        : "all pairs compared within "
                                + Duration.ofMillis(age.asLong()).toSeconds() + " s");
        JsonNode scrub = report.path("scrub");
        printer.line(scrub.path("leavesLooked").asText() + " leaves held against their records, "
                + scrub.path("leavesDamaged").asText() + " damaged");
        printer.table(List.of("PEER", "PAIRS", "RUNNING", "STALLED", "NEVER", "REPAIRED", "BYTES"), rows);
        for (JsonNode pair : report.path("pairs")) {
            if (pair.path("state").asText().equals("stalled")) {
                printer.line("partition " + pair.path("partition").asText() + " with "
                        + pair.path("peer").asText() + ": "
                        + pair.path("reason").asText());
            }
        }
    }

    /** {@code anti-entropy status}. */
    @Command(name = "status", mixinStandardHelpOptions = true, description = "Shows how far the replicas are compared.")
    public static final class Status extends OperatorCommand {
        public Status(Streams streams) {
            super(streams);
        }

        @Override
        int run(Node node, Printer printer) throws InterruptedException {
            return status(node, printer);
        }
    }

    /** {@code anti-entropy run}. */
    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Has all replicas of the node compared now, and shows how it goes.")
    public static final class Run extends OperatorCommand {
        private static final long POLL_MILLIS = 500;

        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                defaultValue = "60",
                description = "How long to watch (default: ${DEFAULT-VALUE}); 0 to start it only.")
        private int seconds;

        public Run(Streams streams) {
            super(streams);
        }

        @Override
        int run(Node node, Printer printer) throws InterruptedException {
            if (seconds < 0 || seconds > 86_400) {
                throw new BadInput("--wait: " + seconds + " must be from 0 to 86400 seconds");
            }
            Instant from = Instant.now();
            JsonNode report = node.post("/v1/anti-entropy/run");
            long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            int done = compared(report, from);
            int all = report.path("pairs").size();
            while (done < all && System.nanoTime() - until < 0) {
                printer.note(done + " of " + all + " pairs compared");
                Thread.sleep(POLL_MILLIS);
                report = node.get("/v1/anti-entropy");
                done = compared(report, from);
                all = report.path("pairs").size();
            }
            show(report, printer);
            return done == all || seconds == 0 ? ExitCode.DONE : ExitCode.UNAVAILABLE;
        }

        private static int compared(JsonNode report, Instant from) {
            int compared = 0;
            for (JsonNode pair : report.path("pairs")) {
                String last = pair.path("lastComplete").asText("");
                boolean since = !pair.path("lastComplete").isNull()
                        && !Instant.parse(last).isBefore(from.minusMillis(1));
                compared += since ? 1 : 0;
            }
            return compared;
        }
    }
}
