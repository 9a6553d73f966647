package io.quorate.client.cli;

import io.quorate.client.data.Context;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.data.WriteResult;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What put and delete share: the context that goes in, and the report of what came out. */
final class WriteReport {
    @Option(
            names = "--context",
            paramLabel = "TOKEN",
            description =
                    "Leaderless buckets: what this write has seen, from an earlier answer; it replaces that and nothing else.")
    private @Nullable String token;

    boolean isGiven() {
        return token != null;
    }

    Optional<Context> context(KeyArguments key) {
        return Optional.ofNullable(token).map(given -> Context.of(key.bucket(), key.key(), given));
    }

    static int print(WriteResult result, String done, Printer printer) {
        if (printer.isJson()) {
            printer.json(ResultTrees.of(result));
        } else {
            printer.note(done + summary(result.info()));
            printer.note("context: " + result.context().token());
        }
        return ExitCode.DONE;
    }

    private static String summary(ResultInfo info) {
        StringBuilder text = new StringBuilder();
        info.level().ifPresent(level -> text.append(" at ").append(level));
        if (info.acked() >= 0) {
            text.append(": ").append(info.acked()).append(" replicas have it");
        }
        if (info.need() >= 0) {
            text.append(", ").append(info.need()).append(" were needed");
        }
        return text.toString();
    }
}
