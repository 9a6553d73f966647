package io.quorate.node.protocol.shard;

import io.quorate.ring.topology.NodeId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a shard by the ids that answers carry. A write that has been answered goes on to the homes that have not
 * taken it yet, but it is no request in flight any more: such writes are kept apart, within bounds of their own, and the
 * oldest are let go first. What a home misses then is kept for it.
 */
final class Tasks {
    static final int TAIL_MAX = 2048;
    static final long TAIL_BYTES_MAX = 32L << 20;

    private final Map<Long, Task> open = new LinkedHashMap<>();
    private final Map<Long, Tail> tail = new LinkedHashMap<>();
    private long tailBytes;

    private record Tail(Task task, int bytes) {}

    void add(long id, Task task) {
        open.put(id, task);
    }

    @Nullable
    Task find(long id) {
        Task task = open.get(id);
        if (task != null) {
            return task;
        }
        Tail answered = tail.get(id);
        return answered == null ? null : answered.task();
    }

    boolean any(Predicate<Task> which) {
        return open.values().stream().anyMatch(which)
                || tail.values().stream().map(Tail::task).anyMatch(which);
    }

    /** The task's requester has its answer. */
    void answered(long id, int bytes) {
        Task task = open.remove(id);
        if (task == null) {
            return;
        }
        tail.put(id, new Tail(task, bytes));
        tailBytes += bytes;
        Iterator<Tail> oldest = tail.values().iterator();
        while ((tail.size() > TAIL_MAX || tailBytes > TAIL_BYTES_MAX) && oldest.hasNext()) {
            Tail over = oldest.next();
            tailBytes -= over.bytes();
            oldest.remove();
            over.task().letGo();
        }
    }

    /** Requests in flight. */
    int open() {
        return open.size();
    }

    int tail() {
        return tail.size();
    }

    boolean isEmpty() {
        return open.isEmpty() && tail.isEmpty();
    }

    void tick(long now) {
        // Copies, because a task may start others.
        for (Map.Entry<Long, Task> entry : List.copyOf(open.entrySet())) {
            if (entry.getValue().tick(now)) {
                open.remove(entry.getKey());
            }
        }
        for (Map.Entry<Long, Tail> entry : List.copyOf(tail.entrySet())) {
            if (entry.getValue().task().tick(now)) {
                Tail over = tail.remove(entry.getKey());
                tailBytes -= over == null ? 0 : over.bytes();
            }
        }
    }

    void disk(NodeId node, long now) {
        List.copyOf(open.values()).forEach(task -> task.disk(node, now));
        List.copyOf(tail.values()).forEach(each -> each.task().disk(node, now));
    }

    void abandon() {
        List.copyOf(open.values()).forEach(Task::abandon);
        open.clear();
        tail.clear();
        tailBytes = 0;
    }
}
