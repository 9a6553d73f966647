package io.quorate.node.serial;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.ExchangeMessage.Branch;
import io.quorate.node.protocol.message.ExchangeMessage.Comparison;
import io.quorate.node.protocol.message.ExchangeMessage.Held;
import io.quorate.node.protocol.message.ExchangeMessage.KeyContext;
import io.quorate.node.protocol.message.ExchangeMessage.KeyDigest;
import io.quorate.node.protocol.message.ExchangeMessage.Known;
import io.quorate.node.protocol.message.ExchangeMessage.LeafDigest;
import io.quorate.node.protocol.message.ExchangeMessage.Listing;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionCodec;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** The binary form of the messages by which homes come together. */
final class ExchangeCodec {
    static final int OPEN = 32;
    private static final int OPENED = 33;
    private static final int ASK_CONTEXTS = 34;
    private static final int CONTEXTS = 35;
    private static final int COMPARE = 36;
    private static final int COMPARED = 37;
    private static final int ASK_LEAVES = 38;
    private static final int LEAVES = 39;
    private static final int SWAP = 40;
    private static final int SWAPPED = 41;
    private static final int RETIRE = 42;
    private static final int RETIRED = 43;

    private static final int KEYS_MAX = 65_536;
    private static final int DOTS_MAX = VersionCodec.VERSIONS_MAX;

    private static final Comparison[] COMPARISONS = Comparison.values();

    private ExchangeCodec() {}

    static void write(ByteSink out, ExchangeMessage message) {
        KeyRow row = new KeyRow();
        if (message instanceof ExchangeMessage.Open m) {
            begin(out, OPEN, m);
            out.u64(m.root()).u64(m.clock()).varint(m.epoch());
        } else if (message instanceof ExchangeMessage.Opened m) {
            begin(out, OPENED, m);
            MessageCodec.writeEnum(out, m.comparison());
            out.flag(m.lagging()).u64(m.session());
            PartitionClock clock = m.clock();
            out.flag(clock != null);
            if (clock != null) {
                VersionCodec.writeClock(out, clock);
                writeDigests(out, m.branches());
                out.varint(m.contexts());
            }
        } else if (message instanceof ExchangeMessage.AskContexts m) {
            begin(out, ASK_CONTEXTS, m);
            out.u64(m.session()).varint(m.from());
        } else if (message instanceof ExchangeMessage.Contexts m) {
            begin(out, CONTEXTS, m);
            out.flag(m.over()).varint(m.from());
            writeAll(out, m.contexts(), (sink, each) -> {
                row.write(sink, each.key());
                VersionCodec.writeContext(sink, each.context());
            });
        } else if (message instanceof ExchangeMessage.Compare m) {
            begin(out, COMPARE, m);
            out.u64(m.session());
            writeAll(out, m.branches(), (sink, branch) -> {
                sink.varint(branch.index());
                writeDigests(sink, branch.leaves());
            });
        } else if (message instanceof ExchangeMessage.Compared m) {
            begin(out, COMPARED, m);
            out.flag(m.over()).varint(m.differing().length());
            m.differing().forEach(out::u16);
        } else if (message instanceof ExchangeMessage.AskLeaves m) {
            begin(out, ASK_LEAVES, m);
            out.u64(m.session());
            writeAll(out, m.leaves(), (sink, leaf) -> sink.u16(leaf.leaf()).u64(leaf.digest()));
        } else if (message instanceof ExchangeMessage.Leaves m) {
            begin(out, LEAVES, m);
            out.flag(m.over()).varint(m.looked());
            writeAll(out, m.listings(), (sink, listing) -> {
                sink.u16(listing.leaf()).flag(listing.damaged());
                writeAll(sink, listing.keys(), (inner, key) -> {
                    row.write(inner, key.key());
                    inner.u64(key.digest());
                });
            });
        } else if (message instanceof ExchangeMessage.Swap m) {
            begin(out, SWAP, m);
            out.u64(m.session());
            writeAll(out, m.keys(), (sink, known) -> {
                row.write(sink, known.key());
                writeAll(sink, known.dots(), VersionCodec::writeDot);
                VersionCodec.writeContext(sink, known.context());
            });
        } else if (message instanceof ExchangeMessage.Swapped m) {
            begin(out, SWAPPED, m);
            out.flag(m.over());
            writeAll(out, m.keys(), (sink, held) -> writeHeld(sink, held, row));
        } else if (message instanceof ExchangeMessage.Retire m) {
            begin(out, RETIRE, m);
            out.varint(m.epoch());
            VersionCodec.writeClock(out, m.known());
        } else if (message instanceof ExchangeMessage.Retired m) {
            begin(out, RETIRED, m);
            out.flag(m.agreed());
        } else {
            throw new IllegalStateException("no codec for " + message.getClass());
        }
    }

    private static void begin(ByteSink out, int type, ExchangeMessage message) {
        out.u8(type).u64(message.id()).u16(message.partition());
        if (message instanceof ExchangeMessage.Question question) {
            out.u8(question.set().n());
        }
    }

    private static void writeHeld(ByteSink out, Held held, KeyRow row) {
        row.write(out, held.key());
        KeyState state = held.state();
        out.flag(state != null);
        if (state != null) {
            VersionCodec.writeState(out, state);
        }
        writeAll(out, held.same(), VersionCodec::writeDot);
        out.flag(held.wants());
    }

    private static void writeDigests(ByteSink out, ImmutableLongArray digests) {
        out.varint(digests.length());
        digests.forEach(out::u64);
    }

    private static <T> void writeAll(ByteSink out, List<T> all, BiConsumer<ByteSink, T> writer) {
        out.varint(all.size());
        all.forEach(each -> writer.accept(out, each));
    }

    static ExchangeMessage read(int type, long id, ByteSource in) {
        int partition = in.u16();
        KeyRow row = new KeyRow();
        return switch (type) {
            case OPEN -> new ExchangeMessage.Open(id, set(in, partition), in.u64(), in.u64(), in.varint());
            case OPENED -> readOpened(in, id, partition);
            case ASK_CONTEXTS ->
                new ExchangeMessage.AskContexts(id, set(in, partition), in.u64(), in.count(Integer.MAX_VALUE));
            case CONTEXTS ->
                new ExchangeMessage.Contexts(
                        id,
                        partition,
                        in.flag(),
                        in.count(Integer.MAX_VALUE),
                        readAll(in, KEYS_MAX, KeyRow.BYTES_MIN, () -> {
                            RecordKey key = row.read(in);
                            return new KeyContext(key, VersionCodec.readContext(in, partition));
                        }));
            case COMPARE ->
                new ExchangeMessage.Compare(
                        id,
                        set(in, partition),
                        in.u64(),
                        readAll(
                                in,
                                LeafTable.BRANCHES,
                                2,
                                () -> new Branch(in.count(LeafTable.BRANCHES), readDigests(in))));
            case COMPARED -> new ExchangeMessage.Compared(id, partition, in.flag(), readLeaves(in));
            case ASK_LEAVES ->
                new ExchangeMessage.AskLeaves(
                        id,
                        set(in, partition),
                        in.u64(),
                        readAll(in, LeafTable.LEAVES, 10, () -> new LeafDigest(in.u16(), in.u64())));
            case LEAVES ->
                new ExchangeMessage.Leaves(
                        id,
                        partition,
                        in.flag(),
                        in.count(LeafTable.LEAVES),
                        readAll(in, LeafTable.LEAVES, 4, () -> readListing(in, row)));
            case SWAP ->
                new ExchangeMessage.Swap(
                        id,
                        set(in, partition),
                        in.u64(),
                        readAll(in, KEYS_MAX, KeyRow.BYTES_MIN, () -> readKnown(in, partition, row)));
            case SWAPPED ->
                new ExchangeMessage.Swapped(
                        id,
                        partition,
                        in.flag(),
                        readAll(in, KEYS_MAX, KeyRow.BYTES_MIN, () -> readHeld(in, partition, row)));
            case RETIRE -> {
                ReplicaSetId set = set(in, partition);
                long epoch = in.varint();
                PartitionClock known = VersionCodec.readClock(in, partition);
                if (known.actors().size() != 1) {
                    throw new DecodeException(known.actors().size() + " actors to retire at once");
                }
                yield new ExchangeMessage.Retire(id, set, epoch, known);
            }
            case RETIRED -> new ExchangeMessage.Retired(id, partition, in.flag());
            default -> throw new DecodeException("message type " + type);
        };
    }

    private static ReplicaSetId set(ByteSource in, int partition) {
        return new ReplicaSetId(in.u8(), partition);
    }

    private static ExchangeMessage.Opened readOpened(ByteSource in, long id, int partition) {
        Comparison comparison = MessageCodec.readEnum(in, COMPARISONS);
        boolean lagging = in.flag();
        long session = in.u64();
        if (!in.flag()) {
            return new ExchangeMessage.Opened(
                    id, partition, comparison, lagging, session, null, ImmutableLongArray.of(), 0);
        }
        return new ExchangeMessage.Opened(
                id,
                partition,
                comparison,
                lagging,
                session,
                VersionCodec.readClock(in, partition),
                readDigests(in),
                in.count(Integer.MAX_VALUE));
    }

    private static Listing readListing(ByteSource in, KeyRow row) {
        return new Listing(
                in.u16(),
                in.flag(),
                readAll(in, KEYS_MAX, KeyRow.BYTES_MIN + 8, () -> new KeyDigest(row.read(in), in.u64())));
    }

    private static Known readKnown(ByteSource in, int partition, KeyRow row) {
        RecordKey key = row.read(in);
        ImmutableList<Dot> dots = readAll(in, DOTS_MAX, 10, () -> VersionCodec.readDot(in, partition));
        return new Known(key, dots, VersionCodec.readContext(in, partition));
    }

    private static Held readHeld(ByteSource in, int partition, KeyRow row) {
        RecordKey key = row.read(in);
        KeyState state = in.flag() ? VersionCodec.readState(in, partition) : null;
        return new Held(key, state, readAll(in, DOTS_MAX, 10, () -> VersionCodec.readDot(in, partition)), in.flag());
    }

    private static ImmutableLongArray readDigests(ByteSource in) {
        int count = in.count(LeafTable.BRANCHES, 8);
        ImmutableLongArray.Builder digests = ImmutableLongArray.builder(count);
        for (int i = 0; i < count; i++) {
            digests.add(in.u64());
        }
        return digests.build();
    }

    private static ImmutableIntArray readLeaves(ByteSource in) {
        int count = in.count(LeafTable.LEAVES, 2);
        ImmutableIntArray.Builder leaves = ImmutableIntArray.builder(count);
        for (int i = 0; i < count; i++) {
            leaves.add(in.u16());
        }
        return leaves.build();
    }

    private static <T> ImmutableList<T> readAll(ByteSource in, int max, int bytesEach, Supplier<T> reader) {
        int count = in.count(max, bytesEach);
        ImmutableList.Builder<T> all = ImmutableList.builderWithExpectedSize(count);
        for (int i = 0; i < count; i++) {
            all.add(reader.get());
        }
        return all.build();
    }
}
