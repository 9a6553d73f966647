package io.quorate.client;

import io.quorate.client.data.Context;
import io.quorate.client.error.Problem;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;
import java.time.Duration;
import java.util.regex.Pattern;

/** Refuses what no store would take, with the codes that the store would use. */
final class CallChecks {
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final int IDEMPOTENCY_KEY_MAX_CHARS = 64;
    private static final Duration DURATION_MIN = Duration.ofMillis(1);
    private static final Duration DURATION_MAX = Duration.ofSeconds(60);

    private CallChecks() {}

    static String bucket(String name) {
        if (!BUCKET.matcher(name).matches()) {
            throw refused(
                    ErrorCode.BAD_BUCKET,
                    "bucket names are 1 to 64 of a-z 0-9 . _ - and start with a letter or digit, unlike '" + name
                            + "'");
        }
        return name;
    }

    static Bytes key(Bytes key) {
        if (key.isEmpty()) {
            throw refused(ErrorCode.BAD_KEY, "a key is 1 to " + HttpNames.KEY_MAX_BYTES + " bytes, this one is empty");
        }
        if (key.length() > HttpNames.KEY_MAX_BYTES) {
            throw refused(
                    ErrorCode.KEY_TOO_LONG,
                    "a key is 1 to " + HttpNames.KEY_MAX_BYTES + " bytes, this one has " + key.length());
        }
        for (int i = 0; i < key.length(); i++) {
            if (key.at(i) == 0) {
                throw refused(ErrorCode.BAD_KEY, "a key must not contain NUL; byte " + i + " is one");
            }
        }
        return key;
    }

    static Context context(Context context, String bucket, Bytes key) {
        if (!context.belongsTo(bucket, key)) {
            throw refused(
                    ErrorCode.BAD_CONTEXT,
                    "the context belongs to key " + context.key() + " of bucket " + context.bucket() + ", not to key "
                            + key + " of bucket " + bucket);
        }
        return context;
    }

    static String idempotencyKey(String key) {
        if (key.isEmpty()
                || key.length() > IDEMPOTENCY_KEY_MAX_CHARS
                || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw refused(
                    ErrorCode.BAD_REQUEST,
                    "an idempotency key is 1 to " + IDEMPOTENCY_KEY_MAX_CHARS + " visible ASCII characters");
        }
        return key;
    }

    static Duration timeout(Duration timeout) {
        return inRange("a timeout", timeout);
    }

    static Duration maxLag(Duration maxLag) {
        return inRange("a limit of age", maxLag);
    }

    private static Duration inRange(String what, Duration value) {
        if (value.compareTo(DURATION_MIN) < 0 || value.compareTo(DURATION_MAX) > 0) {
            throw new IllegalArgumentException(what + " is 1 ms to 60 s, not " + value);
        }
        return value;
    }

    private static RequestRefusedException refused(ErrorCode code, String detail) {
        return new RequestRefusedException(Problem.refused(code, detail));
    }
}
