package io.quorate.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.QuorateClient;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code explain}: what every replica holds of a key. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Shows where a key lives and what every replica holds of it; repairs nothing.")
public final class ExplainCommand extends ClientCommand {
    @Mixin
    private KeyArguments key = new KeyArguments();

    public ExplainCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(QuorateClient client, Printer printer) {
        JsonNode tree = printer.parse(client.explain(key.bucket(), key.key()));
        if (printer.isJson()) {
            printer.json(tree);
            return ExitCode.DONE;
        }
        printer.line("partition  " + tree.path("partition").asText("?") + ", token "
                + tree.path("token").asText("?"));
        printer.line("homes      " + words(tree.path("homes")));
        printer.line("fallbacks  " + words(tree.path("fallbacks")));
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode replica : tree.path("replicas")) {
            rows.add(List.of(
                    replica.path("node").asText("?"),
                    replica.path("home").asBoolean() ? "yes" : "no",
                    replica.path("result").asText("?"),
                    replica.path("ms").asText("-"),
                    words(replica.path("dots"))));
        }
        printer.table(List.of("NODE", "HOME", "RESULT", "MS", "DOTS"), rows);
        printer.line("merged     " + tree.path("merged").path("siblings").asText("?") + " live: "
                + words(tree.path("merged").path("dots")));
        printer.line("to repair  " + words(tree.path("repair")));
        return ExitCode.DONE;
    }

    private static String words(JsonNode array) {
        List<String> words = new ArrayList<>();
        array.forEach(word -> words.add(word.asText()));
        return words.isEmpty() ? "-" : String.join(" ", words);
    }
}
