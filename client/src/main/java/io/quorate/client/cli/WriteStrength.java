package io.quorate.client.cli;

import io.quorate.client.Bucket;
import io.quorate.client.LeaderView;
import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.Replicas;
import io.quorate.ring.consistency.WriteLevel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How many replicas must answer a write, or where it has to be. */
final class WriteStrength {
    @ArgGroup
    private @Nullable Choice choice;

    private static final class Choice {
        @Option(
                names = "--level",
                paramLabel = "LEVEL",
                description =
                        "Leaderless buckets: ANY, ONE, TWO, THREE, QUORUM or ALL. Leader buckets: ASYNC, SEMI_SYNC or"
                                + " SYNC. Default: the bucket's.")
        private @Nullable String level;

        @Option(
                names = "-w",
                paramLabel = "COUNT",
                description = "Leaderless buckets: exactly so many replicas, in place of a level.")
        private @Nullable Integer count;
    }

    private @Nullable String level() {
        return choice == null ? null : choice.level;
    }

    private @Nullable Integer count() {
        return choice == null ? null : choice.count;
    }

    private Optional<WriteLevel> ledLevel() {
        String level = level();
        return level == null ? Optional.empty() : WriteLevel.parse(level);
    }

    /**
     * Whether this is a write of a leader bucket; asks the store where the options do not tell.
     *
     * @param leaderOnly names of options given that leader buckets alone have
     * @param contextGiven whether the option was given that leaderless buckets alone have
     */
    boolean isLed(QuorateClient client, String bucket, List<String> leaderOnly, boolean contextGiven) {
        String level = level();
        if (contextGiven) {
            Levels.refuseBeside("--context", leaderOnly);
        }
        if (ledLevel().isPresent()) {
            return true;
        }
        if (count() != null) {
            Levels.refuseBeside("-w", leaderOnly);
            return false;
        }
        if (level != null) {
            Levels.refuseBeside("level " + Levels.leaderless(level, WriteLevel.values()), leaderOnly);
            return false;
        }
        return !leaderOnly.isEmpty() || (!contextGiven && Levels.isLed(client, bucket));
    }

    /** The view of a bucket that {@link #isLed} says is leaderless. */
    LeaderlessView of(Bucket bucket) {
        Integer count = count();
        String level = level();
        if (count != null) {
            return bucket.at(Replicas.exactly(count, count));
        }
        return level == null ? bucket.atDefaults() : bucket.at(Levels.leaderless(level, WriteLevel.values()));
    }

    /** The view of the other kind. */
    LeaderView led(Bucket bucket) {
        LeaderView view = bucket.atLeaderDefaults();
        return ledLevel().map(view::withWrites).orElse(view);
    }
}
