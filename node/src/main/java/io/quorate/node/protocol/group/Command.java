package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.token.TokenHash;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A write as it stands in a group's log. Everything that decides what it does is in it and in the state it is applied to, so
 * that all replicas do the same.
 *
 * @param millis the wall clock of the leader that took it
 * @param logMillis the time of the log, see {@link LogClock}; that of the state never goes back where this does
 * @param value null to delete
 */
record Command(
        long millis,
        long logMillis,
        RecordKey key,
        LedRequest.@Nullable Value value,
        Condition condition,
        RequestId request) {
    /** In place of a write: here the leader has all replicas look at what their disks hold. It changes nothing. */
    static final Bytes CHECK = new ByteSink(1).u8('C').toBytes();

    private static final int FORMAT = 2;
    /** Without a time of the log. */
    private static final int FORMAT_1 = 1;

    private static final int NAME_MAX = 64;
    private static final int KEY_MAX = 1024;
    private static final int TYPE_MAX = 256;
    private static final int VALUE_MAX = 64 << 20;
    private static final int TAGS_MAX = 1000;

    static Command of(LedRequest.Write write, long millis, long logMillis) {
        return new Command(millis, logMillis, write.key(), write.value(), write.condition(), write.request());
    }

    Bytes encode() {
        LedRequest.Value content = value;
        int size = 128
                + key.key().length()
                + (content == null ? 0 : content.bytes().length());
        ByteSink out = new ByteSink(size).u8(FORMAT).varint(millis).varint(logMillis);
        out.text(key.bucket()).u32(key.generation()).bytes(key.key());
        out.bytes(request.value()).flag(request.explicit());
        out.u8(condition.kind().number()).varint(condition.tags().size());
        for (VersionTag tag : condition.tags()) {
            out.varint(tag.term()).varint(tag.index());
        }
        out.flag(content != null);
        if (content != null) {
            out.text(content.contentType()).bytes(content.bytes());
        }
        return out.toBytes();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws DecodeException if it is something else
     */
    static Command decode(ReplicaSetId set, Bytes payload) {
        ByteSource in = new ByteSource(payload);
        int format = in.u8();
        if (format != FORMAT && format != FORMAT_1) {
            throw new DecodeException("a command of format " + format);
        }
        long millis = in.varint();
        long logMillis = format == FORMAT_1 ? millis : in.varint();
        String bucket = in.text(NAME_MAX);
        int generation = in.u32();
        Bytes key = in.bytes(KEY_MAX);
        RequestId request = new RequestId(in.bytes(NAME_MAX), in.flag());
        Condition condition = readCondition(in);
        LedRequest.Value value = null;
        if (in.flag()) {
            String type = in.text(TYPE_MAX);
            value = new LedRequest.Value(in.bytes(VALUE_MAX), type);
        }
        in.end();
        RecordKey at = new RecordKey(set, TokenHash.tokenOf(bucket, key), bucket, generation, key);
        return new Command(millis, logMillis, at, value, condition, request);
    }

    private static Condition readCondition(ByteSource in) {
        int number = in.u8();
        Condition.Kind kind = Condition.Kind.of(number);
        if (kind == null) {
            throw new DecodeException("a condition of kind " + number);
        }
        int count = in.count(TAGS_MAX, 2);
        ImmutableList.Builder<VersionTag> tags = ImmutableList.builderWithExpectedSize(count);
        for (int i = 0; i < count; i++) {
            tags.add(new VersionTag(in.varint(), in.varint()));
        }
        return new Condition(kind, tags.build());
    }

    /** By which a group remembers this write: 16 bytes. */
    Bytes requestHash() {
        Hasher hasher = Hashing.murmur3_128().newHasher();
        hasher.putInt(key.bucket().length())
                .putString(key.bucket(), StandardCharsets.UTF_8)
                .putInt(key.generation())
                .putInt(key.key().length())
                .putBytes(key.key().unsafeArray())
                .putBytes(request.value().unsafeArray());
        return Bytes.wrap(hasher.hash().asBytes());
    }

    /** By which two writes under one idempotency key are told apart: of what they do and on what condition. */
    long bodyHash() {
        LedRequest.Value content = value;
        Hasher hasher =
                Hashing.murmur3_128().newHasher().putInt(condition.kind().number());
        for (VersionTag tag : condition.tags()) {
            hasher.putLong(tag.term()).putLong(tag.index());
        }
        hasher.putBoolean(content != null);
        if (content != null) {
            hasher.putInt(content.contentType().length())
                    .putString(content.contentType(), StandardCharsets.UTF_8)
                    .putBytes(content.bytes().unsafeArray());
        }
        return hasher.hash().asLong();
    }
}
