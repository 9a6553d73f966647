package io.quorate.node.storage;

import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;

/**
 * What groups have on disk, byte for byte. Records and leaves have the form of {@link RecordCodec}, but for the third byte of
 * their prefix, whose second highest bit says which of two places the state lies in: a state that comes in is written to the
 * other one and takes over at once.
 */
final class GroupRecordCodec {
    /** The first byte of the keys of headers, of leaves and of remembered requests. */
    static final byte HEADER = 'G';

    static final byte LEAF = 'L';
    static final byte REQUEST = 'Q';
    private static final byte GIVEN_UP = 'U';

    private static final int PLACE = 0x40;
    private static final int REQUEST_BYTES_MAX = 64;
    private static final int CONFIGURATION_BYTES_MAX = 1 << 20;

    private GroupRecordCodec() {}

    /** What a header says, and where the state lies. */
    record Placed(GroupCommit.Header header, boolean second) {}

    /** There is something under this key of a group that was given up, until another state is there. */
    static byte[] givenUpKey(ReplicaSetId set) {
        return RecordCodec.prefix(new ByteSink(8).u8(GIVEN_UP), set).toByteArray();
    }

    static byte[] headerKey(ReplicaSetId set) {
        return RecordCodec.prefix(new ByteSink(8).u8(HEADER), set).toByteArray();
    }

    static byte[] header(GroupCommit.Header header, boolean second) {
        ByteSink out = new ByteSink(64).u8(RecordCodec.FORMAT).flag(second);
        out.varint(header.index()).varint(header.term()).bytes(header.configuration());
        out.varint(header.millis()).varint(header.keys());
        GroupCommit.RequestCount requests = header.requests();
        return RecordCodec.sealed(out.varint(requests.present()).varint(requests.before()));
    }

    static Placed readHeader(byte[] data) {
        try {
            ByteSource in = RecordCodec.opened(data);
            boolean second = in.flag();
            GroupCommit.Header header = new GroupCommit.Header(
                    in.varint(),
                    in.varint(),
                    in.bytes(CONFIGURATION_BYTES_MAX),
                    in.varint(),
                    in.varint(),
                    readCount(in));
            in.end();
            return new Placed(header, second);
        } catch (DecodeException e) {
            throw RecordCodec.unreadable("header of a group", data, e);
        }
    }

    /** Headers that were written before requests were counted end where it would begin. */
    private static GroupCommit.RequestCount readCount(ByteSource in) {
        return in.remaining() == 0
                ? GroupCommit.RequestCount.NONE
                : new GroupCommit.RequestCount(in.varint(), in.varint());
    }

    /** The prefix of all records of a group in one of its places. */
    static byte[] prefix(ReplicaSetId set, boolean second) {
        byte[] prefix = RecordCodec.prefix(set);
        return placed(prefix, 2, second);
    }

    /** The same of what has a letter in front. */
    static byte[] prefix(byte letter, ReplicaSetId set, boolean second) {
        return placed(RecordCodec.prefix(new ByteSink(8).u8(letter), set).toByteArray(), 3, second);
    }

    static byte[] key(RecordKey key, boolean second) {
        return placed(RecordCodec.key(key), 2, second);
    }

    /** Reads what {@link #key} wrote, of either place. */
    static RecordKey readKey(byte[] encoded) {
        byte[] key = encoded.clone();
        key[2] &= ~PLACE;
        return RecordCodec.readKey(key);
    }

    static byte[] leafKey(ReplicaSetId set, int leaf, boolean second) {
        return placed(RecordCodec.leafKey(set, leaf), 3, second);
    }

    static byte[] requestKey(ReplicaSetId set, int era, Bytes id, boolean second) {
        ByteSink out =
                RecordCodec.prefix(new ByteSink(32).u8(REQUEST), set).u32(era).raw(id);
        return placed(out.toByteArray(), 3, second);
    }

    /** Where requests of an era begin. */
    static byte[] eraKey(ReplicaSetId set, int era, boolean second) {
        return requestKey(set, era, Bytes.EMPTY, second);
    }

    private static byte[] placed(byte[] key, int at, boolean second) {
        if (second) {
            key[at] |= PLACE;
        }
        return key;
    }

    static byte[] request(GroupCommit.Remembered request) {
        ByteSink out = new ByteSink(REQUEST_BYTES_MAX).u8(RecordCodec.FORMAT).u64(request.bodyHash());
        return RecordCodec.sealed(
                out.flag(request.done()).varint(request.term()).varint(request.index()));
    }

    static GroupCommit.Remembered readRequest(byte[] data, Bytes id, int era) {
        try {
            ByteSource in = RecordCodec.opened(data);
            GroupCommit.Remembered request =
                    new GroupCommit.Remembered(id, era, in.u64(), in.flag(), in.varint(), in.varint());
            in.end();
            return request;
        } catch (DecodeException e) {
            throw new CorruptRecordException("damaged request of a group: " + e.getMessage(), e);
        }
    }
}
