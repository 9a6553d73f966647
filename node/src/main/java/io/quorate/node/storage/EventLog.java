package io.quorate.node.storage;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Numbered events and snapshots of any number of writers, in the engine and with the writer of a {@link
 * RocksPartitionStore}: all that waits shares one fsync. Reads block for the disk. Safe from any thread; the events of one
 * writer are to be given in their order, and nothing of it be read or deleted before what was given has ended.
 *
 * <p>Keys: {@code kind u8, length of name u16, name}, and for events and snapshots the number as u64 behind.
 */
public final class EventLog {
    private static final int EVENT = 'E';
    private static final int MARK = 'M';
    private static final int SNAPSHOT = 'S';

    private final RocksColumns db;
    private final RocksWriter writer;

    public EventLog(RocksPartitionStore beside) {
        this.db = beside.columns();
        this.writer = beside.writer();
    }

    /** One event; {@code sequence} from 1. */
    public record Event(long sequence, Bytes data) {}

    /** What stands for all events up to a number, and when it was made. */
    public record Snapshot(long sequence, long millis, Bytes data) {}

    /** Up to where events have been deleted, and the highest that ever was. */
    private record Mark(long deletedTo, long highest) {}

    /**
     * Rises whenever the engine has been opened again after a failure: a write that had failed may be found then, so that who
     * read the log before does not know its end.
     */
    public long generation() {
        return db.reopened();
    }

    /**
     * Makes events durable, all of them or none; {@code ended} is told on any thread.
     *
     * @param generation before its writer read the log; what builds on an earlier one is refused
     */
    public void append(String name, long generation, List<Event> events, Consumer<@Nullable StorageException> ended) {
        ImmutableList<Event> all = ImmutableList.copyOf(events);
        long bytes = all.stream().mapToLong(event -> event.data().length()).sum();
        submit(bytes, ended, batch -> {
            if (generation != generation()) {
                return false;
            }
            for (Event event : all) {
                batch.put(db.journal(), key(EVENT, name, event.sequence()), sealed(event.data()));
            }
            return true;
        });
    }

    /**
     * Deletes events up to a number. The highest number that there ever was is remembered. One deletion at a time of a
     * writer.
     *
     * @throws StorageException if the log cannot be read
     */
    public void deleteTo(String name, long sequence, Consumer<@Nullable StorageException> ended) {
        long last = last(EVENT, name);
        Mark before = mark(name);
        long highest = Math.max(before.highest(), last);
        long to = Math.max(before.deletedTo(), Math.min(sequence, highest));
        submit(64, ended, batch -> {
            batch.put(db.journal(), prefix(MARK, name), marked(to, highest));
            batch.deleteRange(db.journal(), key(EVENT, name, 0), key(EVENT, name, to + 1));
            return true;
        });
    }

    /** The highest number that a writer has used; 0 for none. */
    public long highest(String name) {
        // In this order: a deletion that ends in between takes the event away, but writes its number down.
        long last = last(EVENT, name);
        return Math.max(last, mark(name).highest());
    }

    /**
     * Visits events in their order.
     *
     * @param max how many at most
     * @throws CorruptRecordException if one is damaged or missing
     */
    public void replay(String name, long from, long to, long max, Consumer<Event> visitor) {
        long end = Math.min(to, highest(name));
        long first = Math.max(from, mark(name).deletedTo() + 1);
        long[] next = {first};
        long[] visited = {0};
        if (first > end || max <= 0) {
            return;
        }
        db.scanFrom(db.journal(), key(EVENT, name, first), prefix(EVENT, name), (key, value) -> {
            long sequence = new ByteSource(key, key.length - 8, 8).u64();
            if (sequence > to) {
                return false;
            }
            if (sequence != next[0]) {
                checkDeleted(name, next[0], sequence - 1);
            }
            visitor.accept(new Event(sequence, opened("event " + sequence + " of " + name, value)));
            next[0] = sequence + 1;
            visited[0]++;
            return visited[0] < max;
        });
        if (next[0] <= end && visited[0] < max) {
            checkDeleted(name, next[0], end);
        }
    }

    /** Events are not there: they have been deleted since the replay began, or they are lost. */
    private void checkDeleted(String name, long from, long to) {
        if (mark(name).deletedTo() < to) {
            throw new CorruptRecordException("event " + from + " of " + name + " is missing");
        }
    }

    /** Makes a snapshot durable. */
    public void save(String name, Snapshot snapshot, Consumer<@Nullable StorageException> ended) {
        ByteSink out = new ByteSink(32 + snapshot.data().length()).u8(RecordCodec.FORMAT);
        byte[] value = RecordCodec.sealed(out.varint(snapshot.millis()).raw(snapshot.data()));
        submit(value.length, ended, batch -> {
            batch.put(db.journal(), key(SNAPSHOT, name, snapshot.sequence()), value);
            return true;
        });
    }

    /** Hears of what cannot be read. */
    public interface Damaged {
        void at(long sequence, CorruptRecordException why);
    }

    /** All snapshots that can be read, the newest first; which cannot is told, the oldest first. */
    public List<Snapshot> snapshots(String name, Damaged damaged) {
        List<Snapshot> found = new ArrayList<>();
        db.scan(db.journal(), prefix(SNAPSHOT, name), (key, value) -> {
            long sequence = new ByteSource(key, key.length - 8, 8).u64();
            try {
                ByteSource in = RecordCodec.opened(value);
                found.add(0, new Snapshot(sequence, in.varint(), in.raw(in.remaining())));
            } catch (DecodeException e) {
                damaged.at(sequence, RecordCodec.unreadable("snapshot " + sequence + " of " + name, value, e));
            }
            return true;
        });
        return found;
    }

    /** Deletes the snapshots with certain numbers, damaged ones too. */
    public void deleteSnapshots(String name, LongPredicate which, Consumer<@Nullable StorageException> ended) {
        List<byte[]> keys = new ArrayList<>();
        db.scanKeys(db.journal(), prefix(SNAPSHOT, name), prefix(SNAPSHOT, name), key -> {
            if (which.test(new ByteSource(key, key.length - 8, 8).u64())) {
                keys.add(key);
            }
            return true;
        });
        submit(64, ended, batch -> {
            for (byte[] key : keys) {
                batch.delete(db.journal(), key);
            }
            return true;
        });
    }

    /**
     * Deletes all that there is of a writer, readable or not. Numbers go on behind those that are known, so that nothing late
     * can be taken for what comes now.
     *
     * @throws StorageException if the log cannot be read
     */
    public void forget(String name, Consumer<@Nullable StorageException> ended) {
        long highest = Math.max(knownHighest(name), Math.max(last(EVENT, name), last(SNAPSHOT, name)));
        submit(64, ended, batch -> {
            batch.put(db.journal(), prefix(MARK, name), marked(highest, highest));
            for (int kind : new int[] {EVENT, SNAPSHOT}) {
                batch.deleteRange(db.journal(), key(kind, name, 0), key(kind, name, highest + 1));
            }
            return true;
        });
    }

    private long knownHighest(String name) {
        try {
            return mark(name).highest();
        } catch (CorruptRecordException e) {
            return 0;
        }
    }

    private static byte[] marked(long deletedTo, long highest) {
        return RecordCodec.sealed(
                new ByteSink(32).u8(RecordCodec.FORMAT).varint(deletedTo).varint(highest));
    }

    private Mark mark(String name) {
        byte[] found = db.get(db.journal(), prefix(MARK, name));
        if (found == null) {
            return new Mark(0, 0);
        }
        try {
            ByteSource in = RecordCodec.opened(found);
            Mark mark = new Mark(in.varint(), in.varint());
            in.end();
            return mark;
        } catch (DecodeException e) {
            throw RecordCodec.unreadable("mark of " + name, found, e);
        }
    }

    private long last(int kind, String name) {
        byte[] last = db.lastKey(db.journal(), prefix(kind, name));
        return last == null ? 0 : new ByteSource(last, last.length - 8, 8).u64();
    }

    private static byte[] prefix(int kind, String name) {
        byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
        return new ByteSink(16 + encoded.length)
                .u8(kind)
                .u16(encoded.length)
                .raw(encoded, 0, encoded.length)
                .toByteArray();
    }

    private static byte[] key(int kind, String name, long number) {
        byte[] prefix = prefix(kind, name);
        return new ByteSink(prefix.length + 8)
                .raw(prefix, 0, prefix.length)
                .u64(number)
                .toByteArray();
    }

    private static byte[] sealed(Bytes data) {
        return RecordCodec.sealed(
                new ByteSink(data.length() + 8).u8(RecordCodec.FORMAT).raw(data));
    }

    private static Bytes opened(String what, byte[] value) {
        try {
            ByteSource in = RecordCodec.opened(value);
            return in.raw(in.remaining());
        } catch (DecodeException e) {
            throw RecordCodec.unreadable(what, value, e);
        }
    }

    /** Adds to a batch; false if that is refused. */
    private interface Filling {
        boolean into(WriteBatch batch) throws RocksDBException;
    }

    private void submit(long bytes, Consumer<@Nullable StorageException> ended, Filling filling) {
        writer.submit(new Change() {
            private boolean taken = true;

            @Override
            public long bytes() {
                return bytes;
            }

            @Override
            public void addTo(WriteBatch batch, boolean lastHeader) throws RocksDBException {
                taken = filling.into(batch);
            }

            @Override
            public void ended(@Nullable StorageException failure) {
                ended.accept(
                        taken || failure != null
                                ? failure
                                : new StorageException("the log has been opened again since its writer read it"));
            }
        });
    }
}
