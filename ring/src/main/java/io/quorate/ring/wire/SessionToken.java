package io.quorate.ring.wire;

import com.google.common.io.BaseEncoding;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a session of leader buckets has seen: of each partition the last entry of its group's log. Whoever shows it reads its
 * own writes and never goes back in time, on any replica. Immutable.
 *
 * <p>Text: URL-safe base64 of {@code version u8, count, per partition (partition delta, term, index), CRC32C u32}.
 */
public final class SessionToken {
    public static final SessionToken EMPTY = new SessionToken(new TreeMap<>());
    /** Longer texts are no tokens. */
    public static final int CHARS_MAX = 16 << 10;

    private static final int VERSION = 1;
    private static final int GROUPS_MAX = 1 << 16;
    /** Terms and indexes beyond this are no log's, and no message between nodes can hold them. */
    private static final long NUMBER_MAX = Long.MAX_VALUE / 4;

    private final NavigableMap<Integer, Seen> seen;

    /** An entry of a log. Those of a later term come later, whatever their index: what it displaced was never committed. */
    public record Seen(long term, long index) {
        boolean isBefore(Seen other) {
            return term == other.term ? index < other.index : term < other.term;
        }
    }

    private SessionToken(NavigableMap<Integer, Seen> seen) {
        this.seen = seen;
    }

    /** What was seen of a partition's group; null for nothing. */
    public @Nullable Seen of(int partition) {
        return seen.get(partition);
    }

    /** What was seen of one partition's group, without the others. */
    public SessionToken only(int partition) {
        Seen one = seen.get(partition);
        return one == null ? EMPTY : EMPTY.with(partition, one.term(), one.index());
    }

    /** Whether nothing was seen. */
    public boolean isEmpty() {
        return seen.isEmpty();
    }

    /** With an entry seen besides; itself if a later one was seen already. */
    public SessionToken with(int partition, long term, long index) {
        Seen before = seen.get(partition);
        Seen now = new Seen(term, index);
        if (before != null && !before.isBefore(now)) {
            return this;
        }
        NavigableMap<Integer, Seen> more = new TreeMap<>(seen);
        more.put(partition, now);
        return new SessionToken(more);
    }

    /** What either has seen. */
    public SessionToken merge(SessionToken other) {
        SessionToken merged = this;
        for (Map.Entry<Integer, Seen> entry : other.seen.entrySet()) {
            merged = merged.with(
                    entry.getKey(), entry.getValue().term(), entry.getValue().index());
        }
        return merged;
    }

    public String toText() {
        ByteSink out = new ByteSink(16 + 8 * seen.size()).u8(VERSION).varint(seen.size());
        int last = 0;
        for (Map.Entry<Integer, Seen> entry : seen.entrySet()) {
            out.varint(entry.getKey() - last)
                    .varint(entry.getValue().term())
                    .varint(entry.getValue().index());
            last = entry.getKey();
        }
        out.u32(checksum(out.unsafeArray(), out.size()));
        return BaseEncoding.base64Url().omitPadding().encode(out.unsafeArray(), 0, out.size());
    }

    /**
     * Reads {@link #toText} back.
     *
     * @throws DecodeException if it is no token
     */
    public static SessionToken parse(String text) {
        if (text.length() > CHARS_MAX) {
            throw new DecodeException("a session of " + text.length() + " characters");
        }
        byte[] data;
        try {
            data = BaseEncoding.base64Url().omitPadding().decode(text);
        } catch (IllegalArgumentException e) {
            throw new DecodeException("not in the form of a session token", e);
        }
        int length = data.length - 4;
        if (length < 2 || new ByteSource(data, length, 4).u32() != checksum(data, length)) {
            throw new DecodeException("the checksum does not match");
        }
        return read(new ByteSource(Bytes.copyOf(data, 0, length)));
    }

    private static SessionToken read(ByteSource in) {
        int version = in.u8();
        if (version != VERSION) {
            throw new DecodeException("a session token of version " + version);
        }
        int count = in.count(GROUPS_MAX, 3);
        NavigableMap<Integer, Seen> seen = new TreeMap<>();
        int partition = 0;
        for (int i = 0; i < count; i++) {
            partition += in.count(GROUPS_MAX);
            seen.put(partition, new Seen(number(in), number(in)));
        }
        in.end();
        return new SessionToken(seen);
    }

    private static long number(ByteSource in) {
        long number = in.varint();
        if (number < 0 || number > NUMBER_MAX) {
            throw new DecodeException("an entry that no log has");
        }
        return number;
    }

    private static int checksum(byte[] data, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, length);
        return (int) crc.getValue();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof SessionToken other && seen.equals(other.seen);
    }

    @Override
    public int hashCode() {
        return seen.hashCode();
    }

    @Override
    public String toString() {
        return seen.toString();
    }
}
