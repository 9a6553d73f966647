package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.node.protocol.raft.Ready;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Which events of a written log are needed by nobody, once a state stands for what they brought. */
public final class Retention {
    private final Deque<Written> events = new ArrayDeque<>();

    /** An event, and the last index that it or any before it brought. */
    private record Written(long sequence, long lastIndex) {}

    /** An event is durable. */
    public void written(long sequence, Ready.Write write) {
        Written last = events.peekLast();
        long lastIndex = last == null ? 0 : last.lastIndex();
        Base base = write.base();
        if (base != null) {
            lastIndex = Math.max(lastIndex, base.index());
        }
        List<Entry> entries = write.entries();
        if (!entries.isEmpty()) {
            lastIndex = Math.max(lastIndex, entries.get(entries.size() - 1).index());
        }
        events.add(new Written(sequence, lastIndex));
    }

    /**
     * The last event that can go once a snapshot behind it says that the log begins behind a base; 0 if none can. It is
     * not told again.
     */
    public long superfluousBy(Base base) {
        long sequence = 0;
        while (!events.isEmpty() && events.peekFirst().lastIndex() <= base.index()) {
            sequence = events.removeFirst().sequence();
        }
        return sequence;
    }
}
