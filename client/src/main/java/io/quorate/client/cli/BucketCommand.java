package io.quorate.client.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bucket}: the head of the commands on buckets; says nothing itself. */
@Command(name = "bucket", mixinStandardHelpOptions = true, description = "Makes, lists, shows and deletes buckets.")
public final class BucketCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "Missing command: one of create, list, get, delete");
        }
    }
}
