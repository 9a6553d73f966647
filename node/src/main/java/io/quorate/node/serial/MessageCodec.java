package io.quorate.node.serial;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.Commit.RequestEntry;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionCodec;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The binary form of the data plane's messages. Every length is bounded by what it can be and by what is there. */
public final class MessageCodec {
    private static final int WRITE = 1;
    private static final int WRITE_ACK = 2;
    private static final int READ = 3;
    private static final int READ_REPLY = 4;
    private static final int FORWARD = 5;
    private static final int FORWARD_REPLY = 6;
    private static final int FIND_REQUEST = 7;
    private static final int FOUND_REQUEST = 8;
    private static final int KEEP_HINT = 9;
    private static final int REPLICAS_MAX = 64;
    private static final int DETAIL_MAX = 4096;

    private static final Status[] STATUSES = Status.values();
    private static final Origin[] ORIGINS = Origin.values();
    private static final Want[] WANTS = Want.values();
    private static final ReadRepair[] REPAIRS = ReadRepair.values();
    private static final Conflicts[] CONFLICTS = Conflicts.values();
    private static final ErrorCode[] CODES = ErrorCode.values();
    private static final Outcome[] OUTCOMES = Outcome.values();

    private MessageCodec() {}

    public static void write(ByteSink out, PeerMessage.Data message) {
        if (message instanceof PeerMessage.Write m) {
            out.u8(WRITE).u64(m.id());
            writeKey(out, m.key());
            VersionCodec.writeObject(out, m.object());
            writeEnum(out, m.origin());
            writeEntry(out, m.request());
            out.varint(m.millisLeft()).varint(m.epoch());
        } else if (message instanceof PeerMessage.WriteAck m) {
            out.u8(WRITE_ACK).u64(m.id()).u16(m.partition());
            writeEnum(out, m.status());
        } else if (message instanceof PeerMessage.Read m) {
            out.u8(READ).u64(m.id());
            writeKey(out, m.key());
            writeEnum(out, m.want());
            out.varint(m.millisLeft()).varint(m.epoch());
        } else if (message instanceof PeerMessage.ReadReply m) {
            out.u8(READ_REPLY).u64(m.id()).u16(m.partition());
            writeEnum(out, m.want());
            writeEnum(out, m.status());
            out.u64(m.digest());
            KeyState state = m.state();
            out.flag(state != null);
            if (state != null) {
                VersionCodec.writeState(out, state);
            }
        } else if (message instanceof PeerMessage.Forward m) {
            out.u8(FORWARD).u64(m.id());
            writeRequest(out, m.request());
            out.varint(m.millisLeft()).varint(m.epoch());
        } else if (message instanceof PeerMessage.ForwardReply m) {
            out.u8(FORWARD_REPLY).u64(m.id()).u16(m.partition());
            writeReply(out, m.reply());
        } else if (message instanceof PeerMessage.FindRequest m) {
            out.u8(FIND_REQUEST).u64(m.id());
            writeKey(out, m.key());
            out.bytes(m.request());
            VersionCodec.writeContext(out, m.claimed());
        } else if (message instanceof PeerMessage.FoundRequest m) {
            out.u8(FOUND_REQUEST).u64(m.id()).u16(m.partition());
            writeEntry(out, m.request());
            out.flag(m.neverWritten());
        } else if (message instanceof PeerMessage.KeepHint m) {
            out.u8(KEEP_HINT).u64(m.id()).text(m.target().value());
            writeKey(out, m.key());
            VersionCodec.writeObject(out, m.object());
            writeEnum(out, m.origin());
            out.flag(m.counted()).varint(m.epoch());
        } else if (message instanceof ExchangeMessage m) {
            ExchangeCodec.write(out, m);
        } else {
            throw new IllegalStateException("no codec for " + message.getClass());
        }
    }

    public static PeerMessage.Data read(ByteSource in) {
        int type = in.u8();
        long id = in.u64();
        return switch (type) {
            case WRITE -> {
                RecordKey key = readKey(in);
                int partition = key.set().partition();
                yield new PeerMessage.Write(
                        id,
                        key,
                        VersionCodec.readObject(in, partition),
                        readEnum(in, ORIGINS),
                        readEntry(in, partition),
                        in.count(Integer.MAX_VALUE),
                        in.varint());
            }
            case WRITE_ACK -> new PeerMessage.WriteAck(id, in.u16(), readEnum(in, STATUSES));
            case READ ->
                new PeerMessage.Read(id, readKey(in), readEnum(in, WANTS), in.count(Integer.MAX_VALUE), in.varint());
            case READ_REPLY -> {
                int partition = in.u16();
                Want want = readEnum(in, WANTS);
                Status status = readEnum(in, STATUSES);
                long digest = in.u64();
                yield new PeerMessage.ReadReply(
                        id, partition, want, status, digest, in.flag() ? VersionCodec.readState(in, partition) : null);
            }
            case FORWARD -> new PeerMessage.Forward(id, readRequest(in), in.count(Integer.MAX_VALUE), in.varint());
            case FORWARD_REPLY -> {
                int partition = in.u16();
                yield new PeerMessage.ForwardReply(id, partition, readReply(in, partition));
            }
            case FIND_REQUEST -> {
                RecordKey key = readKey(in);
                yield new PeerMessage.FindRequest(
                        id,
                        key,
                        in.bytes(16),
                        VersionCodec.readContext(in, key.set().partition()));
            }
            case FOUND_REQUEST -> {
                int partition = in.u16();
                yield new PeerMessage.FoundRequest(id, partition, readEntry(in, partition), in.flag());
            }
            case KEEP_HINT -> {
                NodeId target = VersionCodec.readNode(in);
                RecordKey key = readKey(in);
                yield new PeerMessage.KeepHint(
                        id,
                        target,
                        key,
                        VersionCodec.readObject(in, key.set().partition()),
                        readEnum(in, ORIGINS),
                        in.flag(),
                        in.varint());
            }
            default -> ExchangeCodec.read(type, id, in);
        };
    }

    static void writeKey(ByteSink out, RecordKey key) {
        out.u8(key.set().n()).u16(key.set().partition()).u64(key.token());
        out.text(key.bucket()).u32(key.generation()).bytes(key.key());
    }

    static RecordKey readKey(ByteSource in) {
        int n = in.u8();
        int partition = in.u16();
        long token = in.u64();
        String bucket = in.text(64);
        int generation = in.u32();
        Bytes key = in.bytes(HttpNames.KEY_MAX_BYTES);
        return new RecordKey(new ReplicaSetId(n, partition), token, bucket, generation, key);
    }

    private static void writeEntry(ByteSink out, @Nullable RequestEntry entry) {
        out.flag(entry != null);
        if (entry != null) {
            out.bytes(entry.id()).u32(entry.era()).u64(entry.bodyHash());
            VersionCodec.writeDot(out, entry.dot());
            VersionCodec.writeContext(out, entry.seen());
        }
    }

    private static @Nullable RequestEntry readEntry(ByteSource in, int partition) {
        return in.flag()
                ? new RequestEntry(
                        in.bytes(16),
                        in.u32(),
                        in.u64(),
                        VersionCodec.readDot(in, partition),
                        VersionCodec.readContext(in, partition))
                : null;
    }

    private static void writeAddress(ByteSink out, KeyAddress address) {
        writeKey(out, address.record());
        writeEnum(out, address.readRepair());
        out.varint(address.maxSiblings());
        writeEnum(out, address.conflicts());
        out.flag(address.sloppy());
    }

    private static KeyAddress readAddress(ByteSource in) {
        return new KeyAddress(
                readKey(in), readEnum(in, REPAIRS), in.count(Integer.MAX_VALUE), readEnum(in, CONFLICTS), in.flag());
    }

    private static void writeRequest(ByteSink out, KeyRequest request) {
        if (request instanceof KeyRequest.Get) {
            out.u8(1);
        } else if (request instanceof KeyRequest.Put) {
            out.u8(2);
        } else if (request instanceof KeyRequest.Delete) {
            out.u8(3);
        } else {
            out.u8(4);
        }
        writeAddress(out, request.address());
        out.varint(request.need());
        if (request instanceof KeyRequest.Put put) {
            VersionCodec.writeContext(out, put.seen());
            out.bytes(put.value()).text(put.contentType());
            writeId(out, put.request());
        } else if (request instanceof KeyRequest.Delete delete) {
            CausalContext seen = delete.seen();
            out.flag(seen != null);
            if (seen != null) {
                VersionCodec.writeContext(out, seen);
            }
            writeId(out, delete.request());
        }
    }

    private static KeyRequest readRequest(ByteSource in) {
        int kind = in.u8();
        KeyAddress address = readAddress(in);
        int need = in.count(255);
        return switch (kind) {
            case 1 -> new KeyRequest.Get(address, need);
            case 2 ->
                new KeyRequest.Put(
                        address,
                        need,
                        VersionCodec.readContext(in, address.partition()),
                        in.bytes(VersionCodec.VALUE_MAX),
                        in.text(VersionCodec.CONTENT_TYPE_MAX),
                        readId(in));
            case 3 ->
                new KeyRequest.Delete(
                        address,
                        need,
                        in.flag() ? VersionCodec.readContext(in, address.partition()) : null,
                        readId(in));
            case 4 -> new KeyRequest.Explain(address);
            default -> throw new DecodeException("request kind " + kind);
        };
    }

    private static void writeId(ByteSink out, KeyRequest.RequestId id) {
        out.bytes(id.value()).flag(id.explicit());
    }

    private static KeyRequest.RequestId readId(ByteSource in) {
        return new KeyRequest.RequestId(in.bytes(VersionCodec.REQUEST_ID_MAX), in.flag());
    }

    private static void writeReply(ByteSink out, KeyReply reply) {
        if (reply instanceof KeyReply.ReadDone done) {
            out.u8(1);
            VersionCodec.writeState(out, done.state());
            writeReached(out, done.reached());
        } else if (reply instanceof KeyReply.WriteDone done) {
            out.u8(2);
            VersionCodec.writeContext(out, done.context());
            out.u64(done.digest());
            writeReached(out, done.reached());
        } else if (reply instanceof KeyReply.Refused refused) {
            out.u8(3);
            writeEnum(out, refused.code());
            Outcome outcome = refused.outcome();
            out.u8(outcome == null ? 0 : indexOf(OUTCOMES, outcome) + 1);
            String detail = refused.detail();
            out.text(detail.length() > DETAIL_MAX / 4 ? detail.substring(0, DETAIL_MAX / 4) : detail);
            out.varint(refused.need()).varint(refused.acked());
            writeResults(out, refused.replicas());
            CausalContext context = refused.context();
            out.flag(context != null);
            if (context != null) {
                VersionCodec.writeContext(out, context);
            }
        } else if (reply instanceof KeyReply.Explained explained) {
            out.u8(4);
            out.varint(explained.replicas().size());
            for (KeyReply.Explanation line : explained.replicas()) {
                out.text(line.node().value())
                        .text(line.result())
                        .varint(line.dots().size());
                line.dots().forEach(dot -> VersionCodec.writeDot(out, dot));
                line.stamps().forEach(stamp -> out.varint(stamp.packed()));
                out.varint(line.micros());
            }
            VersionCodec.writeState(out, explained.merged());
            out.varint(explained.repair().size());
            explained.repair().forEach(node -> out.text(node.value()));
        } else {
            throw new IllegalStateException("no codec for " + reply.getClass());
        }
    }

    private static KeyReply readReply(ByteSource in, int partition) {
        int kind = in.u8();
        return switch (kind) {
            case 1 -> new KeyReply.ReadDone(VersionCodec.readState(in, partition), readReached(in));
            case 2 -> new KeyReply.WriteDone(VersionCodec.readContext(in, partition), in.u64(), readReached(in));
            case 3 -> {
                ErrorCode code = readEnum(in, CODES);
                int outcome = in.u8();
                if (outcome > OUTCOMES.length) {
                    throw new DecodeException("outcome " + outcome);
                }
                yield new KeyReply.Refused(
                        code,
                        outcome == 0 ? null : OUTCOMES[outcome - 1],
                        in.text(DETAIL_MAX),
                        in.count(255),
                        in.count(255),
                        readResults(in),
                        in.flag() ? VersionCodec.readContext(in, partition) : null);
            }
            case 4 -> {
                int count = in.count(REPLICAS_MAX, 4);
                List<KeyReply.Explanation> lines = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    var node = VersionCodec.readNode(in);
                    String result = in.text(32);
                    int dots = in.count(VersionCodec.VERSIONS_MAX, 11);
                    List<Dot> live = new ArrayList<>();
                    for (int d = 0; d < dots; d++) {
                        live.add(VersionCodec.readDot(in, partition));
                    }
                    List<HybridTime> stamps = new ArrayList<>();
                    for (int d = 0; d < dots; d++) {
                        stamps.add(VersionCodec.readTime(in));
                    }
                    lines.add(new KeyReply.Explanation(
                            node, result, ImmutableList.copyOf(live), ImmutableList.copyOf(stamps), in.varint()));
                }
                KeyState merged = VersionCodec.readState(in, partition);
                int behind = in.count(REPLICAS_MAX, 2);
                ImmutableList.Builder<io.quorate.ring.topology.NodeId> repair = ImmutableList.builder();
                for (int i = 0; i < behind; i++) {
                    repair.add(VersionCodec.readNode(in));
                }
                yield new KeyReply.Explained(ImmutableList.copyOf(lines), merged, repair.build());
            }
            default -> throw new DecodeException("reply kind " + kind);
        };
    }

    private static void writeReached(ByteSink out, KeyReply.Reached reached) {
        out.varint(reached.need()).varint(reached.acked()).varint(reached.homes());
        out.varint(reached.hinted()).varint(reached.repaired()).varint(reached.siblings());
        writeResults(out, reached.replicas());
    }

    private static KeyReply.Reached readReached(ByteSource in) {
        return new KeyReply.Reached(
                in.count(255),
                in.count(255),
                in.count(255),
                in.count(255),
                in.count(255),
                in.count(VersionCodec.VERSIONS_MAX),
                readResults(in));
    }

    private static void writeResults(ByteSink out, List<KeyReply.ReplicaResult> results) {
        out.varint(results.size());
        for (KeyReply.ReplicaResult result : results) {
            out.text(result.node().value()).text(result.result()).varint(result.micros());
        }
    }

    private static ImmutableList<KeyReply.ReplicaResult> readResults(ByteSource in) {
        int count = in.count(REPLICAS_MAX, 4);
        ImmutableList.Builder<KeyReply.ReplicaResult> results = ImmutableList.builder();
        for (int i = 0; i < count; i++) {
            results.add(new KeyReply.ReplicaResult(VersionCodec.readNode(in), in.text(32), in.varint()));
        }
        return results.build();
    }

    @SuppressWarnings("EnumOrdinal") // The golden frames hold the order of the constants in place.
    static void writeEnum(ByteSink out, Enum<?> value) {
        out.u8(value.ordinal());
    }

    private static <E extends Enum<E>> int indexOf(E[] values, E value) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == value) {
                return i;
            }
        }
        throw new IllegalStateException("no constant " + value);
    }

    static <E> E readEnum(ByteSource in, E[] values) {
        int index = in.u8();
        if (index >= values.length) {
            throw new DecodeException("constant " + index + " of " + values.length);
        }
        return values[index];
    }
}
