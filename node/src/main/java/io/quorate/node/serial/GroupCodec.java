package io.quorate.node.serial;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionCodec;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;
import io.quorate.ring.wire.Outcome;
import org.jspecify.annotations.Nullable;

/** The binary form of what nodes say to each other about a group, but for its core's messages, which {@link RaftCodec} has. */
public final class GroupCodec {
    private static final int RAFT = 1;
    private static final int ASK = 2;
    private static final int TOLD = 3;
    private static final int NOT_LEADING = 4;
    private static final int LOOK = 5;
    private static final int LOOKED = 6;
    private static final int OFFER_STATE = 7;
    private static final int STATE_WANTED = 8;
    private static final int STATE_PART = 9;
    private static final int STATE_TAKEN = 10;
    private static final int SLEEP = 11;
    private static final int SLEEPING = 12;
    private static final int WAKE = 13;
    private static final int PULSE = 14;
    /** In place of a group: what concerns the nodes and all groups that they share. */
    public static final ReplicaSetId NODES = ReplicaSetId.led(0, 0);

    private static final int COMPARE = 15;
    private static final int COMPARED = 16;
    private static final int REJOIN = 17;
    private static final int LET_IN = 18;

    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXPLAIN = 3;
    private static final int WRITTEN = 2;
    private static final int REFUSED = 3;
    private static final int EXPLAINED = 4;

    private static final int ROWS_MAX = 1 << 20;
    private static final int ROW_MAX = 80 << 20;
    private static final int NAME_MAX = 64;
    private static final int DETAIL_MAX = 4096;
    private static final int TAGS_MAX = 1000;
    private static final int MEMBERS_MAX = 64;
    private static final int CONFIGURATION_MAX = 1 << 16;
    private static final int MILLIS_MAX = Integer.MAX_VALUE;
    private static final int DIGESTS_MAX = LeafTable.BRANCHES + 1;

    private static final ReadLevel[] READ_LEVELS = ReadLevel.values();
    private static final WriteLevel[] WRITE_LEVELS = WriteLevel.values();
    private static final ErrorCode[] CODES = ErrorCode.values();
    private static final Outcome[] OUTCOMES = Outcome.values();

    private GroupCodec() {}

    /** A message and the group it is of. */
    public record Addressed(ReplicaSetId set, GroupMessage message) {}

    /** Writes a message to a group. */
    public static void write(ByteSink out, ReplicaSetId set, GroupMessage message) {
        out.u8(set.n()).varint(set.partition());
        if (message instanceof GroupMessage.Raft raft) {
            RaftCodec.write(out.u8(RAFT), raft.message());
        } else if (message instanceof GroupMessage.Ask ask) {
            out.u8(ASK).u64(ask.id()).varint(ask.millisLeft());
            writeRequest(out, ask.request());
        } else if (message instanceof GroupMessage.Told told) {
            writeReply(out.u8(TOLD).u64(told.id()), told.reply());
        } else if (message instanceof GroupMessage.NotLeading answer) {
            writeNode(out.u8(NOT_LEADING).u64(answer.id()), answer.leader());
        } else if (message instanceof GroupMessage.Look look) {
            writeKey(out.u8(LOOK).u64(look.id()), look.key());
        } else if (message instanceof GroupMessage.Looked looked) {
            out.u8(LOOKED).u64(looked.id()).varint(looked.applied()).flag(looked.readable());
            writeTag(out, looked.tag());
        } else if (message instanceof GroupMessage.OfferState offer) {
            GroupCommit.Header header = offer.header();
            out.u8(OFFER_STATE).u64(offer.transfer()).varint(offer.term());
            out.varint(header.index()).varint(header.term()).bytes(header.configuration());
            out.varint(header.millis()).varint(header.keys());
            out.varint(header.requests().present()).varint(header.requests().before());
        } else if (message instanceof GroupMessage.StateWanted wanted) {
            out.u8(STATE_WANTED).u64(wanted.transfer()).flag(wanted.wanted());
        } else if (message instanceof GroupMessage.StatePart part) {
            out.u8(STATE_PART).u64(part.transfer()).varint(part.number()).flag(part.last());
            out.varint(part.rows().size());
            for (GroupCommit.Row row : part.rows()) {
                out.u8(row.kind()).bytes(row.key()).bytes(row.value());
            }
        } else if (message instanceof GroupMessage.StateTaken taken) {
            out.u8(STATE_TAKEN).u64(taken.transfer()).varint(taken.number());
        } else if (message instanceof GroupMessage.Sleep sleep) {
            out.u8(SLEEP).u64(sleep.epoch()).varint(sleep.term()).varint(sleep.index());
        } else if (message instanceof GroupMessage.Sleeping sleeping) {
            out.u8(SLEEPING).u64(sleeping.epoch()).varint(sleeping.term()).varint(sleeping.index());
        } else if (message instanceof GroupMessage.Wake wake) {
            out.u8(WAKE).u64(wake.number()).varint(wake.term());
        } else if (message instanceof GroupMessage.Pulse pulse) {
            out.u8(PULSE).u64(pulse.epoch()).varint(pulse.number()).varint(pulse.wakes());
            out.varint(pulse.heardEpoch() + 1).varint(pulse.heardNumber() + 1).varint(pulse.age());
        } else if (message instanceof GroupMessage.Compare compare) {
            out.u8(COMPARE).u64(compare.index()).varint(compare.term()).varint(compare.part());
        } else if (message instanceof GroupMessage.Compared compared) {
            out.u8(COMPARED).u64(compared.index()).varint(compared.term()).varint(compared.part());
            out.flag(compared.pending()).varint(compared.digests().length());
            compared.digests().forEach(out::u64);
        } else if (message instanceof GroupMessage.Rejoin ask) {
            out.u8(REJOIN).u64(ask.nonce());
        } else if (message instanceof GroupMessage.LetIn answer) {
            out.u8(LET_IN).u64(answer.nonce()).varint(answer.index());
        } else {
            throw new IllegalStateException("no codec for " + message.getClass());
        }
    }

    /**
     * Reads a message to a group.
     *
     * @throws DecodeException if it is none
     */
    public static Addressed read(ByteSource in) {
        int n = in.u8();
        if (n > MEMBERS_MAX - 1) {
            throw new DecodeException("a group of " + n);
        }
        ReplicaSetId set = ReplicaSetId.led(n, in.count(0xffff));
        GroupMessage message = readMessage(in, set);
        if (set.equals(NODES) != (message instanceof GroupMessage.Pulse) || (n == 0 && !set.equals(NODES))) {
            throw new DecodeException("a message of " + message.getClass().getSimpleName() + " to a group of " + n);
        }
        return new Addressed(set, message);
    }

    private static GroupMessage readMessage(ByteSource in, ReplicaSetId set) {
        int type = in.u8();
        if (type == RAFT) {
            return new GroupMessage.Raft(RaftCodec.read(in));
        }
        long id = in.u64();
        return switch (type) {
            case ASK -> {
                int millisLeft = in.count(MILLIS_MAX);
                yield new GroupMessage.Ask(id, readRequest(in, set), millisLeft);
            }
            case TOLD -> new GroupMessage.Told(id, readReply(in, set.partition()));
            case NOT_LEADING -> new GroupMessage.NotLeading(id, readNode(in));
            case LOOK -> new GroupMessage.Look(id, readKey(in, set));
            case LOOKED -> new GroupMessage.Looked(id, number(in), in.flag(), readTag(in));
            case OFFER_STATE -> new GroupMessage.OfferState(id, number(in), readHeader(in));
            case STATE_WANTED -> new GroupMessage.StateWanted(id, in.flag());
            case STATE_PART -> readPart(in, id);
            case STATE_TAKEN -> new GroupMessage.StateTaken(id, in.count(Integer.MAX_VALUE));
            case SLEEP -> new GroupMessage.Sleep(number(in), number(in), id);
            case SLEEPING -> new GroupMessage.Sleeping(number(in), number(in), id);
            case WAKE -> new GroupMessage.Wake(number(in), id);
            case PULSE ->
                new GroupMessage.Pulse(id, number(in), number(in), number(in) - 1, number(in) - 1, number(in));
            case COMPARE -> new GroupMessage.Compare(id, number(in), in.count(LeafTable.BRANCHES));
            case COMPARED ->
                new GroupMessage.Compared(id, number(in), in.count(LeafTable.BRANCHES), in.flag(), readDigests(in));
            case REJOIN -> new GroupMessage.Rejoin(id);
            case LET_IN -> new GroupMessage.LetIn(id, number(in));
            default -> throw new DecodeException("a group's message of type " + type);
        };
    }

    private static GroupCommit.Header readHeader(ByteSource in) {
        long index = number(in);
        long term = number(in);
        Bytes configuration = in.bytes(CONFIGURATION_MAX);
        Configuration members = Configuration.decode(configuration);
        return new GroupCommit.Header(
                index,
                term,
                members.encode(),
                number(in),
                number(in),
                new GroupCommit.RequestCount(number(in), number(in)));
    }

    private static GroupMessage.StatePart readPart(ByteSource in, long id) {
        int number = in.count(Integer.MAX_VALUE);
        boolean last = in.flag();
        int count = in.count(ROWS_MAX, 3);
        ImmutableList.Builder<GroupCommit.Row> rows = ImmutableList.builderWithExpectedSize(count);
        for (int i = 0; i < count; i++) {
            rows.add(new GroupCommit.Row(in.u8(), in.bytes(ROW_MAX), in.bytes(ROW_MAX)));
        }
        return new GroupMessage.StatePart(id, number, rows.build(), last);
    }

    private static ImmutableLongArray readDigests(ByteSource in) {
        int count = in.count(DIGESTS_MAX, Long.BYTES);
        ImmutableLongArray.Builder digests = ImmutableLongArray.builder(count);
        for (int i = 0; i < count; i++) {
            digests.add(in.u64());
        }
        return digests.build();
    }

    private static long number(ByteSource in) {
        long number = in.varint();
        if (number < 0 || number > Long.MAX_VALUE / 4) {
            throw new DecodeException("a number of " + number);
        }
        return number;
    }

    private static void writeNode(ByteSink out, @Nullable NodeId node) {
        out.flag(node != null);
        if (node != null) {
            out.text(node.value());
        }
    }

    private static @Nullable NodeId readNode(ByteSource in) {
        return in.flag() ? VersionCodec.readNode(in) : null;
    }

    private static void writeTag(ByteSink out, @Nullable VersionTag tag) {
        out.flag(tag != null);
        if (tag != null) {
            out.varint(tag.term()).varint(tag.index());
        }
    }

    private static @Nullable VersionTag readTag(ByteSource in) {
        return in.flag() ? new VersionTag(number(in), number(in)) : null;
    }

    private static void writeKey(ByteSink out, RecordKey key) {
        out.u64(key.token()).text(key.bucket()).u32(key.generation()).bytes(key.key());
    }

    private static RecordKey readKey(ByteSource in, ReplicaSetId set) {
        return new RecordKey(set, in.u64(), in.text(NAME_MAX), in.u32(), in.bytes(HttpNames.KEY_MAX_BYTES));
    }

    private static void writeRequest(ByteSink out, LedRequest request) {
        if (request instanceof LedRequest.Read read) {
            writeKey(out.u8(READ), read.key());
            MessageCodec.writeEnum(out, read.level());
            out.varint(read.maxLagMillis() + 1L);
            writeTag(out, read.seen());
        } else if (request instanceof LedRequest.Write write) {
            writeKey(out.u8(WRITE), write.key());
            MessageCodec.writeEnum(out, write.level());
            out.bytes(write.request().value()).flag(write.request().explicit());
            writeCondition(out, write.condition());
            LedRequest.Value value = write.value();
            out.flag(value != null);
            if (value != null) {
                out.text(value.contentType()).bytes(value.bytes());
            }
        } else {
            writeKey(out.u8(EXPLAIN), request.key());
        }
    }

    private static LedRequest readRequest(ByteSource in, ReplicaSetId set) {
        int kind = in.u8();
        RecordKey key = readKey(in, set);
        return switch (kind) {
            case READ -> {
                ReadLevel level = MessageCodec.readEnum(in, READ_LEVELS);
                long lag = in.varint();
                if (lag < 0 || lag > Integer.MAX_VALUE) {
                    throw new DecodeException("a lag of " + lag);
                }
                yield new LedRequest.Read(key, level, (int) lag - 1, readTag(in));
            }
            case WRITE -> {
                WriteLevel level = MessageCodec.readEnum(in, WRITE_LEVELS);
                var id = new RequestId(in.bytes(VersionCodec.REQUEST_ID_MAX), in.flag());
                Condition condition = readCondition(in);
                LedRequest.Value value = null;
                if (in.flag()) {
                    String type = in.text(VersionCodec.CONTENT_TYPE_MAX);
                    value = new LedRequest.Value(in.bytes(VersionCodec.VALUE_MAX), type);
                }
                yield new LedRequest.Write(key, value, condition, level, id);
            }
            case EXPLAIN -> new LedRequest.Explain(key);
            default -> throw new DecodeException("a request of kind " + kind);
        };
    }

    private static void writeCondition(ByteSink out, Condition condition) {
        out.u8(condition.kind().number()).varint(condition.tags().size());
        for (VersionTag tag : condition.tags()) {
            out.varint(tag.term()).varint(tag.index());
        }
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
            tags.add(new VersionTag(number(in), number(in)));
        }
        return new Condition(kind, tags.build());
    }

    private static void writeReply(ByteSink out, KeyReply reply) {
        if (reply instanceof KeyReply.LedRead read) {
            Version value = read.value();
            KeyState state =
                    value == null ? KeyState.EMPTY : new KeyState(ImmutableList.of(value), CausalContext.EMPTY);
            VersionCodec.writeState(out.u8(READ), state);
            writeStanding(out, read.standing());
        } else if (reply instanceof KeyReply.LedWritten written) {
            writeTag(out.u8(WRITTEN), written.tag());
            writeStanding(out, written.standing());
        } else if (reply instanceof KeyReply.Refused refused) {
            writeRefused(out.u8(REFUSED), refused);
        } else if (reply instanceof KeyReply.LedExplained explained) {
            writeNode(out.u8(EXPLAINED), explained.leader());
            out.varint(explained.term()).varint(explained.members().size());
            for (KeyReply.Held held : explained.members()) {
                out.text(held.node().value()).text(held.result());
                writeTag(out, held.tag());
                out.varint(held.applied() + 1).varint(held.micros());
            }
        } else {
            throw new IllegalStateException("no codec for " + reply.getClass());
        }
    }

    private static void writeRefused(ByteSink out, KeyReply.Refused refused) {
        MessageCodec.writeEnum(out, refused.code());
        Outcome outcome = refused.outcome();
        out.flag(outcome != null);
        if (outcome != null) {
            MessageCodec.writeEnum(out, outcome);
        }
        String detail = refused.detail();
        out.text(detail.length() > DETAIL_MAX / 4 ? detail.substring(0, DETAIL_MAX / 4) : detail);
        writeTag(out, refused.present());
        KeyReply.Standing standing = refused.standing();
        out.flag(standing != null);
        if (standing != null) {
            writeStanding(out, standing);
        }
    }

    private static KeyReply readReply(ByteSource in, int partition) {
        int kind = in.u8();
        return switch (kind) {
            case READ -> {
                KeyState state = VersionCodec.readState(in, partition);
                if (state.versions().size() > 1) {
                    throw new DecodeException(state.versions().size() + " versions of a led key");
                }
                yield new KeyReply.LedRead(
                        state.versions().isEmpty() ? null : state.versions().get(0), readStanding(in));
            }
            case WRITTEN -> {
                VersionTag tag = readTag(in);
                if (tag == null) {
                    throw new DecodeException("a write without a tag");
                }
                yield new KeyReply.LedWritten(tag, readStanding(in));
            }
            case REFUSED -> {
                ErrorCode code = MessageCodec.readEnum(in, CODES);
                Outcome outcome = in.flag() ? MessageCodec.readEnum(in, OUTCOMES) : null;
                String detail = in.text(DETAIL_MAX);
                VersionTag present = readTag(in);
                KeyReply.Standing standing = in.flag() ? readStanding(in) : null;
                yield new KeyReply.Refused(code, outcome, detail, 0, 0, ImmutableList.of(), null, present, standing);
            }
            case EXPLAINED -> {
                NodeId leader = readNode(in);
                long term = number(in);
                int count = in.count(MEMBERS_MAX, 5);
                ImmutableList.Builder<KeyReply.Held> members = ImmutableList.builder();
                for (int i = 0; i < count; i++) {
                    members.add(new KeyReply.Held(
                            VersionCodec.readNode(in), in.text(32), readTag(in), number(in) - 1, number(in)));
                }
                yield new KeyReply.LedExplained(leader, term, members.build());
            }
            default -> throw new DecodeException("a reply of kind " + kind);
        };
    }

    private static void writeStanding(ByteSink out, KeyReply.Standing standing) {
        writeNode(out.flag(standing.leads()), standing.leader());
        out.varint(standing.term());
        writeTag(out, standing.seen());
        out.text(standing.level()).varint(standing.lagMillis());
    }

    private static KeyReply.Standing readStanding(ByteSource in) {
        boolean leads = in.flag();
        NodeId leader = readNode(in);
        long term = number(in);
        VersionTag seen = readTag(in);
        if (seen == null) {
            throw new DecodeException("an answer that has seen nothing");
        }
        return new KeyReply.Standing(leads, leader, term, seen, in.text(32), in.varint());
    }
}
