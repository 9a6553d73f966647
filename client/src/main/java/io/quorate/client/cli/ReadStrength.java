package io.quorate.client.cli;

import io.quorate.client.Bucket;
import io.quorate.client.LeaderView;
import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.Replicas;
import io.quorate.ring.consistency.ReadLevel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How many replicas must answer a read, or which one may. */
final class ReadStrength {
    @ArgGroup
    private @Nullable Choice choice;

    @Option(
            names = "--max-lag",
            paramLabel = "TIME",
            description =
                    "Leader buckets, FOLLOWER: a replica answers only if it is at most so far behind, such as 500ms.")
    private @Nullable String maxLag;

    @Mixin
    private SessionOption session = new SessionOption();

    private static final class Choice {
        @Option(
                names = "--level",
                paramLabel = "LEVEL",
                description =
                        "Leaderless buckets: ONE, TWO, THREE, QUORUM or ALL. Leader buckets: LINEARIZABLE, LEASE or"
                                + " FOLLOWER. Default: the bucket's.")
        private @Nullable String level;

        @Option(
                names = "-r",
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

    private Optional<ReadLevel> ledLevel() {
        String level = level();
        return level == null ? Optional.empty() : ReadLevel.parse(level);
    }

    private List<String> leaderOnly() {
        return Levels.given(maxLag == null ? "" : "--max-lag", session.isGiven() ? "--session" : "");
    }

    /** Whether this is a read of a leader bucket; asks the store where the options do not tell. */
    boolean isLed(QuorateClient client, String bucket) {
        String level = level();
        if (ledLevel().isPresent()) {
            return true;
        }
        if (count() != null) {
            Levels.refuseBeside("-r", leaderOnly());
            return false;
        }
        if (level != null) {
            Levels.refuseBeside("level " + Levels.leaderless(level, ReadLevel.values()), leaderOnly());
            return false;
        }
        return !leaderOnly().isEmpty() || Levels.isLed(client, bucket);
    }

    /** The view of a bucket that {@link #isLed} says is leaderless. */
    LeaderlessView of(Bucket bucket) {
        Integer count = count();
        String level = level();
        if (count != null) {
            return bucket.at(Replicas.exactly(count, count));
        }
        return level == null ? bucket.atDefaults() : bucket.at(Levels.leaderless(level, ReadLevel.values()));
    }

    /** The view of the other kind. */
    LeaderView led(Bucket bucket) {
        ReadLevel level = ledLevel().orElse(null);
        LeaderView view = bucket.atLeaderDefaults();
        if (level != null) {
            view = view.withReads(level);
        }
        String lag = maxLag;
        if (lag != null) {
            if (level != null && level != ReadLevel.FOLLOWER) {
                throw new BadInput("--max-lag is for --level FOLLOWER; a " + level + " read is never behind");
            }
            try {
                view = view.withMaxLag(Levels.time("--max-lag", lag));
            } catch (IllegalArgumentException e) {
                throw new BadInput("--max-lag: " + e.getMessage());
            }
        }
        return session.of(view);
    }

    SessionOption session() {
        return session;
    }
}
