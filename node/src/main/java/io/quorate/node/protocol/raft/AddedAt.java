package io.quorate.node.protocol.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * When entries were added to a leader's log, the more coarsely the longer ago: what is told is never too young, and too old by
 * a fourth at most, or by the step between two marks. Bounded, however long a member is away.
 */
final class AddedAt {
    static final int MARKS_MAX = 256;
    /** Between two marks. */
    static final long STEP_NANOS = 10_000_000L;
    /** So much older than the time between two marks is what stands between them. */
    private static final int PART = 4;

    /** Index and time of some entries. */
    private final NavigableMap<Long, Long> marks = new TreeMap<>();

    /** An entry has been added; those before it are older. */
    void added(long index, long now) {
        Map.Entry<Long, Long> last = marks.lastEntry();
        if (last == null || now - last.getValue() >= STEP_NANOS) {
            marks.put(index, now);
            if (marks.size() > MARKS_MAX) {
                thin(now);
            }
        }
    }

    /** Nobody lacks anything up to an index any more. */
    void passed(long index) {
        Long first = marks.floorKey(index + 1);
        if (first != null) {
            marks.headMap(first, false).clear();
        }
    }

    private void thin(long now) {
        List<Long> indexes = new ArrayList<>(marks.keySet());
        long kept = at(indexes.get(0));
        for (int i = 1; i < indexes.size() - 1; i++) {
            long next = at(indexes.get(i + 1));
            if (next - kept <= (now - next) / PART) {
                marks.remove(indexes.get(i));
            } else {
                kept = at(indexes.get(i));
            }
        }
        // Only where clocks jump: all that is left is ever further apart.
        while (marks.size() > MARKS_MAX) {
            marks.remove(marks.higherKey(marks.firstKey()));
        }
    }

    private long at(long index) {
        return marks.getOrDefault(index, 0L);
    }

    /**
     * How long ago an entry was added, in nanoseconds. Of one that an earlier leader made it is known only that it was there when
     * this one began.
     */
    long age(long index, long now) {
        Map.Entry<Long, Long> mark = marks.floorEntry(index);
        Map.Entry<Long, Long> known = mark == null ? marks.firstEntry() : mark;
        return known == null ? 0 : now - known.getValue();
    }
}
