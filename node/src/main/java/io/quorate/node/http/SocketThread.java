package io.quorate.node.http;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The thread that waits for the sockets of all connections, as a place to give answers from. An answer that another thread
 * writes costs that thread the call into the kernel, wakes a second one to look for the connection's next request, and a
 * third to wait for its socket; here all of that happens in one turn, for all answers that have gathered meanwhile.
 *
 * <p>What is executed here must not block. There are never more tasks than requests in flight. A server that has stopped
 * runs none of those that are left: their connections are gone.
 */
final class SocketThread implements Executor {
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile @Nullable Executor selector;
    private volatile @Nullable Thread running;

    /** Names what runs a task on that thread, in order; until then tasks run where they are brought. */
    void use(Executor thread) {
        selector = thread;
    }

    @Override
    public void execute(Runnable task) {
        Executor to = selector;
        if (to == null) {
            task.run();
            return;
        }
        waiting.add(task);
        wake(to);
    }

    private void wake(Executor to) {
        if (woken.compareAndSet(false, true)) {
            to.execute(() -> runAll(to));
        }
    }

    private void runAll(Executor from) {
        // Before the queue is emptied, so that nothing that comes now is overlooked.
        woken.set(false);
        running = Thread.currentThread();
        try {
            for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
                task.run();
            }
        } finally {
            running = null;
            if (!waiting.isEmpty()) {
                // A task failed, which the selector logs; the others are not to suffer for it.
                wake(from);
            }
        }
    }

    /** Whether the caller is such a task. */
    boolean isCurrent() {
        return Thread.currentThread().equals(running);
    }
}
