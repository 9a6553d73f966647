package io.quorate.client.cli;

import io.quorate.client.QuorateClient;
import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.Conflicts;
import io.quorate.client.bucket.ReadRepair;
import io.quorate.client.bucket.ReplicationMode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bucket create}: makes a bucket or changes its defaults. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Makes a bucket, or changes the defaults of one that exists.")
public final class BucketCreateCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "The bucket's name.")
    private String name = "";

    @Option(
            names = "--mode",
            defaultValue = "leaderless",
            description = "leaderless or leader (default: ${DEFAULT-VALUE}).")
    private ReplicationMode mode = ReplicationMode.LEADERLESS;

    @Option(names = "--n", paramLabel = "COUNT", description = "Replicas of each key.")
    private @Nullable Integer n;

    @Option(names = "--read", paramLabel = "LEVEL", description = "Level of reads that name none.")
    private @Nullable String read;

    @Option(names = "--write", paramLabel = "LEVEL", description = "Level of writes that name none.")
    private @Nullable String write;

    @Option(
            names = "--sloppy",
            arity = "1",
            paramLabel = "true|false",
            description = "Whether stand-ins may take writes.")
    private @Nullable Boolean sloppy;

    @Option(names = "--conflicts", paramLabel = "KIND", description = "siblings or lww.")
    private @Nullable Conflicts conflicts;

    @Option(names = "--read-repair", paramLabel = "KIND", description = "blocking, async or none.")
    private @Nullable ReadRepair readRepair;

    @Option(names = "--max-siblings", paramLabel = "COUNT", description = "Live versions that a key may have.")
    private @Nullable Integer maxSiblings;

    public BucketCreateCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(QuorateClient client, Printer printer) {
        BucketChange change = client.buckets().create(name, definition());
        printer.note((change.created() ? "created: " : "already there: ") + name);
        BucketTable.print(change.bucket(), printer);
        return ExitCode.DONE;
    }

    private BucketDefinition definition() {
        BucketDefinition definition = BucketDefinition.of(mode);
        definition = n == null ? definition : definition.withReplicas(n);
        definition = read == null ? definition : definition.withRead(read);
        definition = write == null ? definition : definition.withWrite(write);
        definition = sloppy == null ? definition : definition.withSloppy(sloppy);
        definition = conflicts == null ? definition : definition.withConflicts(conflicts);
        definition = readRepair == null ? definition : definition.withReadRepair(readRepair);
        return maxSiblings == null ? definition : definition.withMaxSiblings(maxSiblings);
    }
}
