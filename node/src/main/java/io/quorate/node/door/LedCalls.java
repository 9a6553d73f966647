package io.quorate.node.door;

import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;
import io.quorate.ring.wire.SessionToken;
import org.jspecify.annotations.Nullable;

/** What a caller may ask of a leader bucket, and how what belongs to the other mode is refused. */
final class LedCalls {
    private static final String READS = "LINEARIZABLE, LEASE, FOLLOWER";
    private static final String WRITES = "ASYNC, SEMI_SYNC, SYNC";

    private LedCalls() {}

    static LedRequest read(BucketDefinition bucket, RecordKey key, Door.Call call) {
        Door.Led led = call.led();
        ReadLevel level = bucket.ledLevels().read();
        if (call.strength() instanceof Strength.Named named) {
            level = ReadLevel.parse(named.level()).orElseThrow(() -> wrongLevel(named.level(), bucket, true));
        }
        refuseLeaderless(call, bucket, READS);
        if (led.maxLagMillis() >= 0 && level != ReadLevel.FOLLOWER) {
            throw new RefusedException(
                    ErrorCode.BAD_REQUEST, "max-lag is for level=FOLLOWER; a " + level + " read is never behind");
        }
        SessionToken.Seen seen = session(led).of(key.set().partition());
        return new LedRequest.Read(
                key, level, led.maxLagMillis(), seen == null ? null : new VersionTag(seen.term(), seen.index()));
    }

    static LedRequest write(
            BucketDefinition bucket,
            RecordKey key,
            Door.Call call,
            LedRequest.@Nullable Value value,
            RequestId request) {
        WriteLevel level = bucket.ledLevels().write();
        if (call.strength() instanceof Strength.Named named) {
            level = WriteLevel.parse(named.level()).orElseThrow(() -> wrongLevel(named.level(), bucket, false));
        }
        refuseLeaderless(call, bucket, WRITES);
        Condition condition = call.led().condition();
        if (level == WriteLevel.ASYNC && !condition.equals(Condition.NONE)) {
            throw new RefusedException(
                    ErrorCode.BAD_LEVEL,
                    "a conditional write cannot be ASYNC: whether its condition holds is known once a majority has it");
        }
        return new LedRequest.Write(key, value, condition, level, request);
    }

    private static RefusedException wrongLevel(String text, BucketDefinition bucket, boolean read) {
        String allowed =
                "leader bucket " + bucket.name() + " has " + READS + " for reads and " + WRITES + " for writes";
        if (ConsistencyLevel.parse(text).isPresent()
                || ReadLevel.parse(text).isPresent()
                || WriteLevel.parse(text).isPresent()
                || Levels.isOfZones(text)) {
            return new RefusedException(
                    ErrorCode.LEVEL_NOT_IN_MODE,
                    "level " + text + " is no level of a " + (read ? "read" : "write") + " here; " + allowed);
        }
        return new RefusedException(ErrorCode.BAD_LEVEL, "level=" + text + " is no level; " + allowed);
    }

    private static void refuseLeaderless(Door.Call call, BucketDefinition bucket, String levels) {
        if (call.strength() instanceof Strength.Exactly exactly) {
            throw new RefusedException(
                    ErrorCode.LEVEL_NOT_IN_MODE,
                    exactly.parameter() + "=" + exactly.replicas() + " belongs to leaderless buckets; leader bucket "
                            + bucket.name() + " has " + levels);
        }
        if (call.sloppy() != null) {
            throw new RefusedException(
                    ErrorCode.LEVEL_NOT_IN_MODE,
                    "sloppy belongs to leaderless buckets, nobody stands in for a home here; leader bucket "
                            + bucket.name() + " has " + levels);
        }
    }

    /** What a session has seen, as its client shows it. */
    static SessionToken session(Door.Led led) {
        String text = led.session();
        if (text == null || text.isEmpty()) {
            return SessionToken.EMPTY;
        }
        try {
            return SessionToken.parse(text);
        } catch (DecodeException e) {
            throw new RefusedException(
                    ErrorCode.BAD_REQUEST,
                    HttpNames.SESSION + ": " + e.getMessage() + "; send it exactly as an answer gave it");
        }
    }

    /** Refuses what belongs to leader buckets. */
    static void refuseIn(BucketDefinition leaderless, Door.Led led) {
        if (!led.condition().equals(Condition.NONE)) {
            throw new RefusedException(
                    ErrorCode.CAS_NEEDS_LEADER,
                    "If-Match and If-None-Match: compare-and-set needs a leader bucket, and " + leaderless.name()
                            + " is leaderless; write with the context of your read and resolve the siblings");
        }
        if (led.maxLagMillis() >= 0) {
            throw new RefusedException(
                    ErrorCode.LEVEL_NOT_IN_MODE,
                    "max-lag belongs to FOLLOWER reads of leader buckets; leaderless bucket " + leaderless.name()
                            + " has " + Levels.ALLOWED);
        }
        if (led.session() != null) {
            throw new RefusedException(
                    ErrorCode.NOT_IMPLEMENTED,
                    HttpNames.SESSION + " is not available for leaderless buckets in this version");
        }
    }

    /** The level's name, as it goes into answers. */
    static String levelOf(LedRequest request) {
        if (request instanceof LedRequest.Read read) {
            return read.level().name();
        }
        return request instanceof LedRequest.Write write ? write.level().name() : "";
    }
}
