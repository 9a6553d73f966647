package io.quorate.node.serial;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.node.protocol.raft.HardState;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.VersionCodec;
import java.util.List;

/** The binary form of what members of a group say to each other, and of what they write to their logs. */
public final class RaftCodec {
    private static final int PRE_VOTE = 1;
    private static final int PRE_VOTED = 2;
    private static final int VOTE = 3;
    private static final int VOTED = 4;
    private static final int APPEND = 5;
    private static final int APPENDED = 6;
    private static final int REFUSED = 7;
    private static final int HEARTBEAT = 8;
    private static final int ALIVE = 9;
    private static final int STAND_NOW = 10;
    private static final int ASK_INDEX = 11;
    private static final int TOLD_INDEX = 12;

    private static final int ENTRIES_MAX = 1 << 20;
    private static final int PAYLOAD_MAX = 64 << 20;
    /** Term, kind and length of a payload. */
    private static final int ENTRY_BYTES_MIN = 3;

    private static final Entry.Kind[] KINDS = Entry.Kind.values();

    private RaftCodec() {}

    /** Writes a message. */
    public static void write(ByteSink out, RaftMessage message) {
        if (message instanceof RaftMessage.PreVote m) {
            begin(out, PRE_VOTE, m).varint(m.lastIndex()).varint(m.lastTerm());
        } else if (message instanceof RaftMessage.PreVoted m) {
            begin(out, PRE_VOTED, m).flag(m.granted());
        } else if (message instanceof RaftMessage.Vote m) {
            begin(out, VOTE, m).varint(m.lastIndex()).varint(m.lastTerm()).flag(m.transferred());
        } else if (message instanceof RaftMessage.Voted m) {
            begin(out, VOTED, m).flag(m.granted());
        } else if (message instanceof RaftMessage.Append m) {
            begin(out, APPEND, m).varint(m.prevIndex()).varint(m.prevTerm());
            out.varint(m.commit()).varint(m.round());
            writeEntries(out, m.entries());
        } else if (message instanceof RaftMessage.Appended m) {
            begin(out, APPENDED, m).varint(m.match()).varint(m.round());
        } else if (message instanceof RaftMessage.Refused m) {
            begin(out, REFUSED, m).varint(m.prevIndex());
            out.varint(m.hintIndex()).varint(m.hintTerm()).varint(m.round());
        } else if (message instanceof RaftMessage.Heartbeat m) {
            begin(out, HEARTBEAT, m).varint(m.commit()).varint(m.newest());
            out.varint(m.age() == Long.MAX_VALUE ? 0 : m.age() + 1).varint(m.round());
        } else if (message instanceof RaftMessage.Alive m) {
            begin(out, ALIVE, m).varint(m.round());
        } else if (message instanceof RaftMessage.StandNow m) {
            begin(out, STAND_NOW, m);
        } else if (message instanceof RaftMessage.AskIndex m) {
            begin(out, ASK_INDEX, m).u64(m.id());
        } else if (message instanceof RaftMessage.ToldIndex m) {
            begin(out, TOLD_INDEX, m).u64(m.id()).varint(m.index() + 1);
        } else {
            throw new IllegalStateException("no codec for " + message.getClass());
        }
    }

    private static ByteSink begin(ByteSink out, int type, RaftMessage message) {
        return out.u8(type).varint(message.term());
    }

    /**
     * Reads a message.
     *
     * @throws DecodeException if it is none
     */
    public static RaftMessage read(ByteSource in) {
        int type = in.u8();
        long term = number(in);
        return switch (type) {
            case PRE_VOTE -> new RaftMessage.PreVote(term, number(in), number(in));
            case PRE_VOTED -> new RaftMessage.PreVoted(term, in.flag());
            case VOTE -> new RaftMessage.Vote(term, number(in), number(in), in.flag());
            case VOTED -> new RaftMessage.Voted(term, in.flag());
            case APPEND -> {
                long prevIndex = number(in);
                long prevTerm = number(in);
                long commit = number(in);
                long round = number(in);
                yield new RaftMessage.Append(term, prevIndex, prevTerm, readEntries(in, prevIndex + 1), commit, round);
            }
            case APPENDED -> new RaftMessage.Appended(term, number(in), number(in));
            case REFUSED -> new RaftMessage.Refused(term, number(in), number(in), number(in), number(in));
            case HEARTBEAT -> new RaftMessage.Heartbeat(term, number(in), number(in), age(in), number(in));
            case ALIVE -> new RaftMessage.Alive(term, number(in));
            case STAND_NOW -> new RaftMessage.StandNow(term);
            case ASK_INDEX -> new RaftMessage.AskIndex(term, in.u64());
            case TOLD_INDEX -> new RaftMessage.ToldIndex(term, in.u64(), number(in) - 1);
            default -> throw new DecodeException("message of a group of type " + type);
        };
    }

    /** Terms and indexes: what is above this no group comes to, and sums of such stay numbers. */
    private static long number(ByteSource in) {
        long number = in.varint();
        if (number < 0 || number > Long.MAX_VALUE / 4) {
            throw new DecodeException("a term or an index of " + number);
        }
        return number;
    }

    private static long age(ByteSource in) {
        long age = number(in);
        return age == 0 ? Long.MAX_VALUE : age - 1;
    }

    /** Entries follow each other: only where the first stands is not told here. */
    private static void writeEntries(ByteSink out, List<Entry> entries) {
        out.varint(entries.size());
        for (Entry entry : entries) {
            MessageCodec.writeEnum(out.varint(entry.term()), entry.kind());
            out.bytes(entry.payload());
        }
    }

    private static ImmutableList<Entry> readEntries(ByteSource in, long first) {
        int count = in.count(ENTRIES_MAX, ENTRY_BYTES_MIN);
        ImmutableList.Builder<Entry> entries = ImmutableList.builderWithExpectedSize(count);
        for (int i = 0; i < count; i++) {
            long term = number(in);
            Entry.Kind kind = MessageCodec.readEnum(in, KINDS);
            Bytes payload = in.bytes(PAYLOAD_MAX);
            if (kind == Entry.Kind.CONFIGURATION) {
                Configuration.decode(payload);
            }
            entries.add(new Entry(first + i, term, kind, payload));
        }
        return entries.build();
    }

    /** Writes what a member has made durable in one go. */
    public static void writeWrite(ByteSink out, Ready.Write write) {
        NodeId vote = write.state().vote();
        out.varint(write.id()).varint(write.state().term()).flag(vote != null);
        if (vote != null) {
            out.text(vote.value());
        }
        Base base = write.base();
        out.flag(base != null);
        if (base != null) {
            out.varint(base.index())
                    .varint(base.term())
                    .bytes(base.configuration().encode());
        }
        List<Entry> entries = write.entries();
        out.varint(entries.isEmpty() ? 0 : entries.get(0).index());
        writeEntries(out, entries);
    }

    /**
     * Reads it.
     *
     * @throws DecodeException if it is something else
     */
    public static Ready.Write readWrite(ByteSource in) {
        long id = number(in);
        long term = number(in);
        NodeId vote = in.flag() ? VersionCodec.readNode(in) : null;
        Base base = in.flag() ? new Base(number(in), number(in), Configuration.decode(in.bytes(PAYLOAD_MAX))) : null;
        long first = number(in);
        return new Ready.Write(id, new HardState(term, vote), base, readEntries(in, first));
    }
}
