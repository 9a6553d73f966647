package io.quorate.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code hints}: what a node keeps for others, and whether all of it has been handed over. */
@Command(
        name = "hints",
        mixinStandardHelpOptions = true,
        description = "Shows what a node keeps for homes that could not take it.")
public final class HintsCommand extends OperatorCommand {
    @Option(
            names = "--wait",
            description = "Wait, for --timeout, until all that the whole cluster keeps now has been handed over.")
    private boolean wait;

    public HintsCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(Node node, Printer printer) throws InterruptedException {
        if (wait) {
            String id = node.post("/v1/hints/sync-point").path("id").asText();
            JsonNode done = node.get("/v1/hints/sync-point/" + id + "?timeout=" + node.timeout());
            boolean delivered = done.path("delivered").asBoolean();
            if (printer.isJson()) {
                printer.json(done);
            } else {
                printer.line(delivered ? "all handed over" : "left: " + done.path("left"));
            }
            return delivered ? ExitCode.DONE : ExitCode.UNAVAILABLE;
        }
        JsonNode report = node.get("/v1/hints");
        if (printer.isJson()) {
            printer.json(report);
            return ExitCode.DONE;
        }
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode target : report.path("targets")) {
            rows.add(List.of(
                    target.path("node").asText(),
                    target.path("keys").asText(),
                    target.path("bytes").asText(),
                    target.path("oldestAgeMs").asLong() / 1000 + " s",
                    target.path("delivered").asText(),
                    target.path("dropped").asText()));
        }
        printer.table(List.of("FOR", "KEYS", "BYTES", "OLDEST", "DELIVERED", "DROPPED"), rows);
        return ExitCode.DONE;
    }
}
