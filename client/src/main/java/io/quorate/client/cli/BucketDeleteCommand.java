package io.quorate.client.cli;

import io.quorate.client.QuorateClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code bucket delete}: a bucket and all its keys. */
@Command(name = "delete", mixinStandardHelpOptions = true, description = "Deletes a bucket with all its keys.")
public final class BucketDeleteCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "The bucket's name.")
    private String name = "";

    public BucketDeleteCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(QuorateClient client, Printer printer) {
        client.buckets().delete(name);
        printer.note("deleted: " + name);
        return ExitCode.DONE;
    }
}
