package io.quorate.node.door;

import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.wire.ErrorCode;
import java.util.List;
import java.util.Locale;

/** Which strengths a leaderless bucket has, and how a wrong one is refused. */
final class Levels {
    private static final List<String> OF_LEADER_MODE =
            List.of("LINEARIZABLE", "LEASE", "FOLLOWER", "ASYNC", "SEMI_SYNC", "SYNC");
    private static final List<String> OF_ZONES = List.of("LOCAL_ONE", "LOCAL_QUORUM", "EACH_QUORUM");
    static final String ALLOWED = "ANY, ONE, TWO, THREE, QUORUM, ALL, LOCAL_ONE, LOCAL_QUORUM, EACH_QUORUM";

    private Levels() {}

    static boolean isOfZones(String text) {
        return OF_ZONES.contains(text.toUpperCase(Locale.ROOT));
    }

    /** The refusal of a name that is none of a leaderless bucket's levels that exist. */
    static RefusedException refusal(String text, String bucket) {
        String upper = text.toUpperCase(Locale.ROOT);
        if (OF_LEADER_MODE.contains(upper)) {
            return new RefusedException(
                    ErrorCode.LEVEL_NOT_IN_MODE,
                    "level " + upper + " belongs to leader buckets; leaderless bucket " + bucket + " has " + ALLOWED);
        }
        if (OF_ZONES.contains(upper)) {
            return new RefusedException(
                    ErrorCode.NOT_IMPLEMENTED, "level " + upper + " is not available in this version");
        }
        return new RefusedException(ErrorCode.BAD_LEVEL, "level=" + text + " is no level; the levels are " + ALLOWED);
    }

    static Strength.Checked check(Strength strength, ConsistencyLevel byDefault, BucketDefinition bucket) {
        if (strength instanceof Strength.Named named) {
            return named(named.level(), bucket);
        }
        if (strength instanceof Strength.Exactly exactly) {
            return exactly(exactly, bucket);
        }
        return possible(byDefault, bucket);
    }

    private static Strength.Checked named(String text, BucketDefinition bucket) {
        ConsistencyLevel level = ConsistencyLevel.parse(text).orElse(null);
        if (level != null) {
            return possible(level, bucket);
        }
        throw refusal(text, bucket.name());
    }

    private static Strength.Checked possible(ConsistencyLevel level, BucketDefinition bucket) {
        if (level.need(bucket.n()) > bucket.n()) {
            throw new RefusedException(
                    ErrorCode.BAD_LEVEL,
                    "level " + level + " needs " + level.need(bucket.n()) + " replicas, but bucket " + bucket.name()
                            + " has n=" + bucket.n());
        }
        return Strength.Checked.of(level, bucket.n());
    }

    private static Strength.Checked exactly(Strength.Exactly exactly, BucketDefinition bucket) {
        if (exactly.replicas() < 1 || exactly.replicas() > bucket.n()) {
            throw new RefusedException(
                    ErrorCode.BAD_LEVEL,
                    exactly.parameter() + "=" + exactly.replicas() + " is out of range: bucket " + bucket.name()
                            + " has n=" + bucket.n() + ", so " + exactly.parameter() + " is from 1 to " + bucket.n());
        }
        return new Strength.Checked("EXACT", exactly.replicas());
    }
}
