package io.quorate.client.cli;

import io.quorate.client.QuorateClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code bucket get}: one bucket's definition. */
@Command(name = "get", mixinStandardHelpOptions = true, description = "Shows a bucket.")
public final class BucketGetCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "The bucket's name.")
    private String name = "";

    public BucketGetCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(QuorateClient client, Printer printer) {
        BucketTable.print(client.buckets().get(name), printer);
        return ExitCode.DONE;
    }
}
