package io.quorate.node.serial;

import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.wire.HttpNames;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one message, which are many and alike. Of each only what differs from the one before is written, and a token
 * only where it is not that of the key: {@code flags u8, [n u8, partition u16], [bucket, generation u32], [token u64], key}.
 */
final class KeyRow {
    /** The shortest that a key can be. */
    static final int BYTES_MIN = 2;

    private static final int SET = 1;
    private static final int BUCKET = 2;
    private static final int TOKEN = 4;
    private static final int BUCKET_MAX = 64;

    private @Nullable RecordKey last;

    void write(ByteSink out, RecordKey key) {
        RecordKey before = last;
        boolean sameSet = before != null && before.set().equals(key.set());
        boolean sameBucket =
                before != null && before.bucket().equals(key.bucket()) && before.generation() == key.generation();
        boolean ownToken = TokenHash.tokenOf(key.bucket(), key.key()) == key.token();
        out.u8((sameSet ? 0 : SET) | (sameBucket ? 0 : BUCKET) | (ownToken ? 0 : TOKEN));
        if (!sameSet) {
            out.u8(key.set().n()).u16(key.set().partition());
        }
        if (!sameBucket) {
            out.text(key.bucket()).u32(key.generation());
        }
        if (!ownToken) {
            out.u64(key.token());
        }
        out.bytes(key.key());
        last = key;
    }

    RecordKey read(ByteSource in) {
        int flags = in.u8();
        RecordKey before = last;
        if (flags > (SET | BUCKET | TOKEN) || (before == null && (flags & (SET | BUCKET)) != (SET | BUCKET))) {
            throw new DecodeException("key flags " + flags);
        }
        ReplicaSetId set = before == null || (flags & SET) != 0 ? new ReplicaSetId(in.u8(), in.u16()) : before.set();
        boolean saysBucket = (flags & BUCKET) != 0;
        String bucket = saysBucket || before == null ? in.text(BUCKET_MAX) : before.bucket();
        int generation = saysBucket || before == null ? in.u32() : before.generation();
        Long token = (flags & TOKEN) == 0 ? null : in.u64();
        Bytes key = in.bytes(HttpNames.KEY_MAX_BYTES);
        RecordKey read =
                new RecordKey(set, token == null ? TokenHash.tokenOf(bucket, key) : token, bucket, generation, key);
        last = read;
        return read;
    }
}
