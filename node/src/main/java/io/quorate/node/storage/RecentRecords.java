package io.quorate.node.storage;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records read or written last, as they are on disk, within a bound of memory: a record that is hot is neither fetched
 * from the engine nor decoded for each write that merges into it and each read. An absence is not kept, so that it always
 * comes from the disk. Safe from any thread.
 *
 * <p>A record read while it was being written may be older than that: it is kept only if nothing has been written
 * since the reading began.
 */
final class RecentRecords {
    private static final int ENTRY_BYTES = 256;
    private static final int VERSION_BYTES = 192;
    private static final int DOT_BYTES = 40;

    private final Map<RecordKey, KeyState> states = new LinkedHashMap<>(16, 0.75f, true);
    private final long maxBytes;
    private long bytes;
    private long writes;

    RecentRecords(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    synchronized @Nullable KeyState get(RecordKey key) {
        return states.get(key);
    }

    /** To be asked before a record is read from the disk. */
    synchronized long writes() {
        return writes;
    }

    /** Keeps what was read, if nothing has been written since {@link #writes} was {@code before}. */
    synchronized void read(RecordKey key, KeyState state, long before) {
        if (writes == before) {
            put(key, state);
            evict();
        }
    }

    /** A commit is on disk. */
    synchronized void written(Commit commit) {
        written(commit.changes());
    }

    /** Records are on disk. */
    synchronized void written(List<Commit.Change> changes) {
        writes++;
        for (Commit.Change change : changes) {
            put(change.key(), change.state());
        }
        evict();
    }

    /** A commit may be on disk, or in part. */
    synchronized void clear() {
        writes++;
        states.clear();
        bytes = 0;
    }

    private void put(RecordKey key, KeyState state) {
        KeyState old = state.isEmpty() ? states.remove(key) : states.put(key, state);
        bytes += (state.isEmpty() ? 0 : weight(key, state)) - (old == null ? 0 : weight(key, old));
    }

    private void evict() {
        Iterator<Map.Entry<RecordKey, KeyState>> oldest = states.entrySet().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            Map.Entry<RecordKey, KeyState> entry = oldest.next();
            bytes -= weight(entry.getKey(), entry.getValue());
            oldest.remove();
        }
    }

    /** What a record takes in memory, near enough. */
    private static long weight(RecordKey key, KeyState state) {
        long weight = ENTRY_BYTES
                + key.key().length()
                + (long) DOT_BYTES
                        * (state.context().vector().size()
                                + state.context().dots().size());
        for (Version version : state.versions()) {
            weight += VERSION_BYTES + version.value().length();
        }
        return weight;
    }
}
