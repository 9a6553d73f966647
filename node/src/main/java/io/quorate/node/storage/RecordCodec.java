package io.quorate.node.storage;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.Hint;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionCodec;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What is on disk, byte for byte: keys in ring order within their replica set, and values with a format version in front
 * and a CRC32C behind. Golden files hold the format in place; a change takes a new version number that reads the old.
 */
final class RecordCodec {
    static final int FORMAT = 2;
    /** Before hybrid times. */
    private static final int OLD_FORMAT = 1;

    /** The first byte of keys that tell of retired actors. */
    static final byte RETIRED = 'R';

    private static final int CHECKSUM_BYTES = 4;

    private RecordCodec() {}

    /** {@code partition u16, n and mode u8}: the prefix of everything of a replica set. */
    static ByteSink prefix(ByteSink out, ReplicaSetId set) {
        return out.u16(set.partition()).u8(set.shape());
    }

    static byte[] prefix(ReplicaSetId set) {
        return prefix(new ByteSink(16), set).toByteArray();
    }

    /** {@code prefix, token u64, bucket length u8, bucket, generation u32, key}. */
    static byte[] key(RecordKey key) {
        byte[] bucket = key.bucket().getBytes(StandardCharsets.US_ASCII);
        ByteSink out = new ByteSink(16 + bucket.length + key.key().length());
        prefix(out, key.set()).u64(key.token()).u8(bucket.length).raw(bucket, 0, bucket.length);
        return out.u32(key.generation()).raw(key.key()).toByteArray();
    }

    static RecordKey readKey(byte[] data) {
        try {
            ByteSource in = new ByteSource(data);
            int partition = in.u16();
            ReplicaSetId set = ReplicaSetId.ofShape(in.u8(), partition);
            long token = in.u64();
            String bucket = in.raw(in.u8()).toUtf8();
            int generation = in.u32();
            return new RecordKey(set, token, bucket, generation, in.raw(in.remaining()));
        } catch (DecodeException e) {
            throw new CorruptRecordException("damaged record key: " + e.getMessage(), e);
        }
    }

    static byte[] state(KeyState state) {
        int values = 256;
        for (Version version : state.versions()) {
            values += 128 + version.value().length();
        }
        ByteSink out = new ByteSink(values);
        out.u8(FORMAT);
        VersionCodec.writeState(out, state);
        return sealed(out);
    }

    static KeyState readState(byte[] data, int partition) {
        try {
            ByteSource in = opened(data);
            KeyState state =
                    isOld(data) ? VersionCodec.readOldState(in, partition) : VersionCodec.readState(in, partition);
            in.end();
            return state;
        } catch (DecodeException e) {
            throw new CorruptRecordException("damaged record: " + e.getMessage(), e);
        }
    }

    /** The state if there is a record and it can be read: one that cannot is no reason to do without all others. */
    static @Nullable KeyState readable(byte @Nullable [] data, int partition) {
        try {
            return data == null ? null : readState(data, partition);
        } catch (CorruptRecordException e) {
            return null;
        }
    }

    static byte[] header(Commit.Header header) {
        ByteSink out = new ByteSink(128);
        out.u8(FORMAT).u64(header.incarnation()).varint(header.keys()).varint(header.versions());
        return sealed(out.bytes(header.clock()).varint(header.recovered()));
    }

    static Commit.Header readHeader(byte[] data) {
        try {
            ByteSource in = opened(data);
            long incarnation = in.u64();
            long keys = in.varint();
            long versions = in.varint();
            Bytes clock = in.bytes(Integer.MAX_VALUE);
            // Headers that were written before losses were counted end here.
            int recovered = in.remaining() == 0 ? 0 : (int) in.varint();
            in.end();
            return new Commit.Header(incarnation, isOld(data) ? timed(clock) : clock, keys, versions, recovered);
        } catch (DecodeException e) {
            throw new CorruptRecordException("damaged replica header: " + e.getMessage(), e);
        }
    }

    /** A clock of the old format as one of the present format, without a time. */
    private static Bytes timed(Bytes oldClock) {
        return new ByteSink(oldClock.length() + 1).raw(oldClock).varint(0).toBytes();
    }

    static byte[] leafKey(ReplicaSetId set, int leaf) {
        return prefix(new ByteSink(16).u8('L'), set).u16(leaf).toByteArray();
    }

    static byte[] headerKey(ReplicaSetId set) {
        return prefix(new ByteSink(16).u8('H'), set).toByteArray();
    }

    /** {@code 'R', prefix, incarnation u64, node}: all there is of a retired actor. */
    static byte[] retiredKey(RetiredActor retired) {
        byte[] node = retired.actor().node().value().getBytes(StandardCharsets.US_ASCII);
        return prefix(new ByteSink(64).u8(RETIRED), retired.set())
                .u64(retired.actor().incarnation())
                .raw(node, 0, node.length)
                .toByteArray();
    }

    static RetiredActor readRetired(byte[] data) {
        try {
            ByteSource in = new ByteSource(data);
            in.u8();
            int partition = in.u16();
            ReplicaSetId set = ReplicaSetId.ofShape(in.u8(), partition);
            long incarnation = in.u64();
            NodeId node = NodeId.of(in.raw(in.remaining()).toUtf8());
            return new RetiredActor(set, new ActorId(node, partition, incarnation));
        } catch (DecodeException | IllegalArgumentException e) {
            throw new CorruptRecordException("damaged retired actor: " + e.getMessage(), e);
        }
    }

    static byte[] sum(LeafTable.Sum sum) {
        return new ByteSink(16).u64(sum.high()).u64(sum.low()).toByteArray();
    }

    static LeafTable.Sum readSum(byte[] data) {
        if (data.length != 16) {
            throw new CorruptRecordException("damaged leaf", new DecodeException("sum of " + data.length + " bytes"));
        }
        ByteSource in = new ByteSource(data);
        return new LeafTable.Sum(in.u64(), in.u64());
    }

    /** {@code era u32, prefix, id}. */
    static byte[] requestKey(int era, ReplicaSetId set, io.quorate.ring.bytes.Bytes id) {
        return prefix(new ByteSink(32).u32(era), set).raw(id).toByteArray();
    }

    static byte[] request(Commit.RequestEntry entry) {
        ByteSink out = new ByteSink(64).u8(FORMAT).u64(entry.bodyHash());
        VersionCodec.writeDot(out, entry.dot());
        VersionCodec.writeContext(out, entry.seen());
        return sealed(out);
    }

    static Commit.RequestEntry readRequest(byte[] data, io.quorate.ring.bytes.Bytes id, int era, int partition) {
        try {
            ByteSource in = opened(data);
            long bodyHash = in.u64();
            Commit.RequestEntry entry = new Commit.RequestEntry(
                    id,
                    era,
                    bodyHash,
                    VersionCodec.readDot(in, partition),
                    isOld(data) ? VersionCodec.readOldContext(in, partition) : VersionCodec.readContext(in, partition));
            in.end();
            return entry;
        } catch (DecodeException e) {
            throw new CorruptRecordException("damaged request entry: " + e.getMessage(), e);
        }
    }

    /** {@code target length u8, target, record key}: all of one home together. */
    static byte[] hintKey(NodeId target, RecordKey key) {
        byte[] name = target.value().getBytes(StandardCharsets.US_ASCII);
        return new ByteSink(64)
                .u8(name.length)
                .raw(name, 0, name.length)
                .raw(Bytes.wrap(key(key)))
                .toByteArray();
    }

    static byte[] hint(Hint hint) {
        ByteSink out = new ByteSink(256).u8(FORMAT).flag(hint.counted()).u64(hint.createdMillis());
        out.u64(hint.revision()).u64(hint.since());
        VersionCodec.writeObject(out, hint.object());
        return sealed(out);
    }

    static Hint readHint(byte[] encodedKey, byte[] data) {
        try {
            ByteSource in = new ByteSource(encodedKey);
            NodeId target = NodeId.of(in.raw(in.u8()).toUtf8());
            RecordKey key = readKey(in.raw(in.remaining()).toByteArray());
            ByteSource value = opened(data);
            boolean counted = value.flag();
            long created = value.u64();
            long revision = value.u64();
            long since = value.u64();
            Hint hint = new Hint(
                    target,
                    key,
                    VersionCodec.readObject(value, key.set().partition()),
                    counted,
                    created,
                    revision,
                    since);
            value.end();
            return hint;
        } catch (DecodeException | IllegalArgumentException e) {
            throw new CorruptRecordException("damaged hint: " + e.getMessage(), e);
        }
    }

    /** Puts the checksum behind what has been written. */
    static byte[] sealed(ByteSink out) {
        return out.u32(checksum(out.unsafeArray(), out.size())).toByteArray();
    }

    /** Checks the checksum and the format version; the source stands behind the latter. */
    static ByteSource opened(byte[] data) {
        if (data.length <= CHECKSUM_BYTES) {
            throw new DecodeException("record of " + data.length + " bytes");
        }
        if (!isWhole(data)) {
            throw new DecodeException("checksum does not match");
        }
        ByteSource in = new ByteSource(data, 0, data.length - CHECKSUM_BYTES);
        int format = in.u8();
        if (format != FORMAT && format != OLD_FORMAT) {
            throw new DecodeException("unknown record format " + format);
        }
        return in;
    }

    private static boolean isWhole(byte[] data) {
        int length = data.length - CHECKSUM_BYTES;
        return length > 0 && new ByteSource(data, length, CHECKSUM_BYTES).u32() == checksum(data, length);
    }

    /** Why a sealed record cannot be read: it is damaged, or whole and not understood. */
    static CorruptRecordException unreadable(String what, byte[] data, DecodeException cause) {
        boolean whole = isWhole(data);
        String how = whole ? "unreadable " : "damaged ";
        return new CorruptRecordException(how + what + ": " + cause.getMessage(), cause, !whole);
    }

    private static boolean isOld(byte[] data) {
        return data[0] == OLD_FORMAT;
    }

    private static int checksum(byte[] data, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, length);
        return (int) crc.getValue();
    }
}
