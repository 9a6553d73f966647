package io.quorate.node.door;

import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.wire.ContextCodec;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;
import org.jspecify.annotations.Nullable;

/** What callers bring, checked before any work is done; whatever is wrong ends in a {@link RefusedException}. */
final class Inputs {
    private static final int CONTENT_TYPE_MAX = 256;
    /** By which a version lengthens a context's token at most. */
    private static final int VERSION_CHARS = 96;

    private Inputs() {}

    static void checkValue(Bytes value, String contentType, int maxBytes) {
        if (value.length() > maxBytes) {
            throw new RefusedException(
                    ErrorCode.VALUE_TOO_LARGE, "the value has " + value.length() + " bytes, the limit is " + maxBytes);
        }
        checkContentType(contentType);
    }

    /** In a leader bucket a context decides nothing; one of another key is a mistake all the same. */
    static void checkContext(@Nullable String context, RecordKey key) {
        if (context != null) {
            open(context, key);
        }
    }

    static void checkKey(Bytes key) {
        if (key.isEmpty()) {
            throw new RefusedException(ErrorCode.BAD_KEY, "the key is empty; it needs 1 to 1024 bytes");
        }
        if (key.length() > HttpNames.KEY_MAX_BYTES) {
            throw new RefusedException(
                    ErrorCode.KEY_TOO_LONG,
                    "the key has " + key.length() + " bytes, the limit is " + HttpNames.KEY_MAX_BYTES);
        }
        for (int i = 0; i < key.length(); i++) {
            if (key.at(i) == 0) {
                throw new RefusedException(ErrorCode.BAD_KEY, "the key contains a NUL byte at position " + i);
            }
        }
    }

    private static void checkContentType(String type) {
        if (type.length() > CONTENT_TYPE_MAX) {
            throw new RefusedException(
                    ErrorCode.BAD_REQUEST,
                    "Content-Type has " + type.length() + " characters, the limit is " + CONTENT_TYPE_MAX);
        }
        for (int i = 0; i < type.length(); i++) {
            if (type.charAt(i) < 0x20 || type.charAt(i) > 0x7e) {
                throw new RefusedException(ErrorCode.BAD_REQUEST, "Content-Type must be visible ASCII");
            }
        }
    }

    static ContextCodec.Scope scope(RecordKey key) {
        return new ContextCodec.Scope(key.bucket(), key.generation(), key.set().partition(), key.key());
    }

    /** A writer's context, with room for its new version: the answer must not fail when the write is done. */
    static CausalContext open(String token, RecordKey key) {
        if (token.length() > HttpNames.CONTEXT_MAX_CHARS - VERSION_CHARS) {
            throw new RefusedException(
                    ErrorCode.BAD_CONTEXT,
                    HttpNames.CONTEXT + " has " + token.length() + " characters; with one more version it may exceed "
                            + HttpNames.CONTEXT_MAX_CHARS
                            + ". Read the key and write with the context of that read, which is short");
        }
        try {
            return ContextCodec.decode(token, scope(key));
        } catch (DecodeException e) {
            throw new RefusedException(
                    ErrorCode.BAD_CONTEXT,
                    HttpNames.CONTEXT + ": " + e.getMessage() + "; send it exactly as an answer for this key gave it");
        }
    }
}
