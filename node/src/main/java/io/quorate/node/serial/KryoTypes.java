package io.quorate.node.serial;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.bucket.BucketEntry;
import io.quorate.node.protocol.bucket.BucketRegistry;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.version.VersionCodec;
import java.util.List;
import java.util.zip.CRC32C;

/** The one table of what Kryo may carry. Append only: an id once given is never given to anything else. */
public final class KryoTypes {
    private static final int DISK_FORMAT = 1;

    private KryoTypes() {}

    /** One row of the table. */
    record Type<T>(int id, Class<T> type, ControlCodec.Bounded<T> serializer) {}

    static final List<Type<?>> TABLE = List.of(
            new Type<>(20, PeerMessage.Ping.class, new PingSerializer()),
            new Type<>(21, PeerMessage.Bye.class, new ByeSerializer()),
            new Type<>(22, PeerMessage.Buckets.class, new BucketsSerializer()));

    static void registerAll(Kryo kryo) {
        TABLE.forEach(row -> kryo.register(row.type(), row.serializer(), row.id()));
    }

    static boolean isKnown(int id) {
        return TABLE.stream().anyMatch(row -> row.id() == id);
    }

    /** All definitions as one record, for the disk: an explicit format, not Kryo. */
    public static Bytes encodeBuckets(List<BucketEntry> entries) {
        ByteSink out = new ByteSink(256).u8(DISK_FORMAT);
        BucketsSerializer.writeEntries(out, entries);
        return out.u32(checksum(out.unsafeArray(), out.size())).toBytes();
    }

    public static ImmutableList<BucketEntry> decodeBuckets(Bytes data) {
        int length = data.length() - 4;
        if (length < 1) {
            throw new DecodeException("bucket definitions are cut short");
        }
        byte[] bytes = data.unsafeArray();
        if (new ByteSource(bytes, length, 4).u32() != checksum(bytes, length)) {
            throw new DecodeException("the checksum of the bucket definitions does not match");
        }
        ByteSource in = new ByteSource(bytes, 0, length);
        if (in.u8() != DISK_FORMAT) {
            throw new DecodeException("unknown format of bucket definitions");
        }
        ImmutableList<BucketEntry> entries = BucketsSerializer.readEntries(in);
        in.end();
        return entries;
    }

    private static int checksum(byte[] data, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, length);
        return (int) crc.getValue();
    }

    private static final class PingSerializer extends ControlCodec.Bounded<PeerMessage.Ping> {
        @Override
        void write(ByteSink out, PeerMessage.Ping ping) {
            out.u64(ping.bootId()).flag(ping.serving()).flag(ping.hearsYou());
            out.u64(ping.buckets())
                    .varint(ping.epoch())
                    .u64(ping.standInMillis())
                    .u64(ping.island())
                    .u64(ping.wallMillis());
            PeerMessage.DiskWord disk = ping.disk();
            out.u64(disk.own()).u64(disk.yours()).u64(disk.former());
            out.flag(ping.catchingUp()).varint(ping.owed());
        }

        @Override
        PeerMessage.Ping read(ByteSource in) {
            return new PeerMessage.Ping(
                    in.u64(),
                    in.flag(),
                    in.flag(),
                    in.u64(),
                    in.varint(),
                    in.u64(),
                    in.u64(),
                    in.u64(),
                    new PeerMessage.DiskWord(in.u64(), in.u64(), in.u64()),
                    in.flag(),
                    in.varint());
        }
    }

    private static final class ByeSerializer extends ControlCodec.Bounded<PeerMessage.Bye> {
        @Override
        void write(ByteSink out, PeerMessage.Bye bye) {
            out.u64(bye.bootId());
        }

        @Override
        PeerMessage.Bye read(ByteSource in) {
            return new PeerMessage.Bye(in.u64());
        }
    }

    private static final class BucketsSerializer extends ControlCodec.Bounded<PeerMessage.Buckets> {
        private static final ReadLevel[] LED_READS = ReadLevel.values();
        private static final WriteLevel[] LED_WRITES = WriteLevel.values();
        private static final ConsistencyLevel[] LEVELS = ConsistencyLevel.values();
        private static final BucketDefinition.Mode[] MODES = BucketDefinition.Mode.values();
        private static final BucketDefinition.Conflicts[] CONFLICTS = BucketDefinition.Conflicts.values();
        private static final BucketDefinition.ReadRepair[] REPAIRS = BucketDefinition.ReadRepair.values();

        @Override
        void write(ByteSink out, PeerMessage.Buckets buckets) {
            out.flag(buckets.answer());
            writeEntries(out, buckets.entries());
        }

        @Override
        PeerMessage.Buckets read(ByteSource in) {
            boolean answer = in.flag();
            return new PeerMessage.Buckets(readEntries(in), answer);
        }

        private static void writeEntries(ByteSink out, List<BucketEntry> entries) {
            out.varint(entries.size());
            for (BucketEntry entry : entries) {
                BucketDefinition d = entry.definition();
                out.text(entry.name()).u32(entry.generation()).flag(entry.deleted());
                writeStamp(out, entry.created());
                writeStamp(out, entry.revised());
                writeEnum(out, d.mode());
                out.u8(d.n());
                writeEnum(out, d.read());
                writeEnum(out, d.write());
                out.flag(d.sloppy());
                writeEnum(out, d.conflicts());
                writeEnum(out, d.readRepair());
                out.varint(d.maxSiblings());
                if (d.isLed()) {
                    writeEnum(out, d.ledLevels().read());
                    writeEnum(out, d.ledLevels().write());
                }
            }
        }

        private static ImmutableList<BucketEntry> readEntries(ByteSource in) {
            int count = in.count(BucketRegistry.KNOWN_MAX, 30);
            ImmutableList.Builder<BucketEntry> entries = ImmutableList.builder();
            for (int i = 0; i < count; i++) {
                String name = in.text(64);
                if (!BucketDefinition.isValidName(name)) {
                    throw new DecodeException("not a bucket name");
                }
                int generation = in.u32();
                boolean deleted = in.flag();
                BucketEntry.Stamp created = readStamp(in);
                BucketEntry.Stamp revised = readStamp(in);
                BucketDefinition definition = new BucketDefinition(
                        name,
                        read(in, MODES),
                        in.u8(),
                        read(in, LEVELS),
                        read(in, LEVELS),
                        in.flag(),
                        read(in, CONFLICTS),
                        read(in, REPAIRS),
                        in.count(BucketDefinition.SIBLINGS_LIMIT));
                if (definition.isLed()) {
                    BucketDefinition.LedLevels levels =
                            new BucketDefinition.LedLevels(read(in, LED_READS), read(in, LED_WRITES));
                    definition = definition.withLed(levels);
                }
                entries.add(new BucketEntry(name, generation, deleted, created, revised, definition));
            }
            return entries.build();
        }

        @SuppressWarnings("EnumOrdinal") // Held in place by a golden file.
        private static void writeEnum(ByteSink out, Enum<?> value) {
            out.u8(value.ordinal());
        }

        private static <E> E read(ByteSource in, E[] values) {
            int index = in.u8();
            if (index >= values.length) {
                throw new DecodeException("constant " + index + " of " + values.length);
            }
            return values[index];
        }

        private static void writeStamp(ByteSink out, BucketEntry.Stamp stamp) {
            out.u64(stamp.millis()).text(stamp.node().value());
        }

        private static BucketEntry.Stamp readStamp(ByteSource in) {
            return new BucketEntry.Stamp(in.u64(), VersionCodec.readNode(in));
        }
    }
}
