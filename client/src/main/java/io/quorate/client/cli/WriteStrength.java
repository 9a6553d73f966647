package io.quorate.client.cli;

import io.quorate.client.Bucket;
import io.quorate.client.LeaderlessView;
import io.quorate.client.data.Replicas;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How many replicas must answer a write. */
final class WriteStrength {
    @ArgGroup
    private @Nullable Choice choice;

    private static final class Choice {
        @Option(
                names = "--level",
                paramLabel = "LEVEL",
                description = "ANY, ONE, TWO, THREE, QUORUM or ALL; default: the bucket's.")
        private @Nullable String level;

        @Option(names = "-w", paramLabel = "COUNT", description = "Exactly so many replicas, in place of a level.")
        private @Nullable Integer count;
    }

    LeaderlessView of(Bucket bucket) {
        Choice given = choice;
        if (given == null) {
            return bucket.atDefaults();
        }
        if (given.count != null) {
            return bucket.at(Replicas.exactly(given.count, given.count));
        }
        return given.level == null ? bucket.atDefaults() : bucket.at(Levels.parse(given.level));
    }
}
