package io.quorate.client.cli;

import io.quorate.client.QuorateClient;
import picocli.CommandLine.Command;

/** {@code bucket list}: all buckets. */
@Command(name = "list", mixinStandardHelpOptions = true, description = "Lists all buckets.")
public final class BucketListCommand extends ClientCommand {
    public BucketListCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(QuorateClient client, Printer printer) {
        BucketTable.print(client.buckets().list(), printer);
        return ExitCode.DONE;
    }
}
