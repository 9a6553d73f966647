package io.quorate.node.protocol.raft;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The writes of one member: what is to be made durable next, what is on its way, and since when. */
final class Disk {
    private final Deque<Long> startedAt = new ArrayDeque<>();
    private long next = 1;
    private long acked;
    private long endedAt;
    private HardState written;

    Disk(HardState found) {
        this.written = found;
    }

    /** The next write; null if all that there is has been given to be written. */
    Ready.@Nullable Write take(HardState state, @Nullable Base reset, RaftLog log, long now) {
        if (state.equals(written) && reset == null && !log.hasUnwritten()) {
            return null;
        }
        long id = next++;
        written = state;
        startedAt.add(now);
        ImmutableList<Entry> entries = log.takeUnwritten(id);
        return new Ready.Write(id, state, reset, entries);
    }

    /** The write after which all is durable that holds now. */
    long covering(HardState state, @Nullable Base reset, RaftLog log) {
        return state.equals(written) && reset == null && !log.hasUnwritten() ? next - 1 : next;
    }

    boolean isDurable(long write) {
        return acked >= write;
    }

    void persisted(long write, long now) {
        if (write != acked + 1) {
            throw new IllegalStateException("write " + write + " ended after " + acked);
        }
        acked = write;
        startedAt.remove();
        endedAt = now;
    }

    /** Whether writes are on their way, and none has ended for longer than this. */
    boolean hangs(long now, long nanos) {
        Long oldest = startedAt.peek();
        return oldest != null && now - oldest > nanos && now - endedAt > nanos;
    }
}
