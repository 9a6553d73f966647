package io.quorate.bench.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code bench compare}: the medians of two JSON reports of {@code bench load} and their ratios. */
@Command(
        name = "compare",
        description = "Prints the medians of two reports of bench load -o json, and the second over the first.",
        mixinStandardHelpOptions = true)
public final class CompareCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called.
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A.json")
    @SuppressWarnings("NullAway.Init")
    private Path first;

    @Parameters(index = "1", paramLabel = "B.json")
    @SuppressWarnings("NullAway.Init")
    private Path second;

    @Override
    public Integer call() {
        JsonNode a = medians(first);
        JsonNode b = medians(second);
        StringBuilder out =
                new StringBuilder(String.format(Locale.ROOT, "%-34s%14s%14s%10s%n", "median", "A", "B", "B / A"));
        a.properties().forEach(entry -> {
            JsonNode other = b.get(entry.getKey());
            if (other != null) {
                double base = entry.getValue().asDouble();
                String ratio = base == 0 ? "" : String.format(Locale.ROOT, "%.2f", other.asDouble() / base);
                out.append(String.format(
                        Locale.ROOT, "%-34s%14.3f%14.3f%10s%n", entry.getKey(), base, other.asDouble(), ratio));
            }
        });
        spec.commandLine().getOut().print(out);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private JsonNode medians(Path file) {
        try {
            JsonNode medians = new ObjectMapper().readTree(file.toFile()).path("medians");
            if (medians.isEmpty()) {
                throw new ParameterException(spec.commandLine(), file + ": is no report of bench load -o json");
            }
            return medians;
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
