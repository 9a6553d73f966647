package io.quorate.client.http.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One daemon thread that waits for sockets and timers and runs what other threads hand it, in order. All state of the
 * engine and of the calls above it belongs to this thread, so there are no locks.
 */
public final class Loop implements Executor, AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int TASKS_PER_ROUND_MAX = 1024;

    private final Selector selector;
    private final LoopThread thread;
    /** Bounded by the callers: each call in flight has at most one task here. */
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean asleep = new AtomicBoolean();
    private final TimerWheel timers = new TimerWheel(System.nanoTime());
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer writeBuffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private volatile boolean closed;

    /** A timer that was set. */
    public interface Timer {
        /** Does nothing if it has rung. */
        void stop();
    }

    /** What happens when a socket is ready. */
    interface Ready {
        void ready(SelectionKey key);
    }

    private static final class LoopThread extends Thread {
        LoopThread(Runnable work) {
            super(work, "quorate-client-loop-" + COUNT.incrementAndGet());
            setDaemon(true);
        }
    }

    public Loop() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("no selector, perhaps the process has too many open files", e);
        }
        thread = new LoopThread(this::run);
    }

    public void start() {
        thread.start();
    }

    /** True on a thread of any loop, where nothing may wait for an answer. */
    public static boolean isCurrentThread() {
        return Thread.currentThread() instanceof LoopThread;
    }

    /** Runs a task soon, on the loop's thread; at once if this is it. Tasks after {@link #close} are dropped. */
    @Override
    public void execute(Runnable task) {
        if (Thread.currentThread() == thread) {
            task.run();
            return;
        }
        tasks.add(task);
        if (asleep.compareAndSet(true, false)) {
            selector.wakeup();
        }
    }

    /** Runs a task once what runs now has ended; on the loop's thread only. */
    void soon(Runnable task) {
        tasks.add(task);
    }

    /** Tells of what should not have happened, as a thread does of what ends it. */
    public void report(Throwable bug) {
        thread.getUncaughtExceptionHandler().uncaughtException(thread, bug);
    }

    /** Sets a timer; on the loop's thread only. */
    public Timer at(long nanoTime, Runnable action) {
        return timers.set(nanoTime, action);
    }

    /** A cleared buffer for one read. */
    ByteBuffer readBuffer() {
        return readBuffer.clear();
    }

    /** A cleared buffer for one write. */
    ByteBuffer writeBuffer() {
        return writeBuffer.clear();
    }

    SelectionKey register(SelectableChannel channel, int operations, Ready handler) throws IOException {
        return channel.register(selector, operations, handler);
    }

    /** Ends the thread once it has run the tasks that are there; sockets are their owners' to close. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }

    private void run() {
        try (selector) {
            while (!closed) {
                guarded(this::select);
                guarded(() -> timers.advance(System.nanoTime(), this::guarded));
                runTasks();
            }
            runTasks();
        } catch (IOException e) {
            throw new UncheckedIOException("closing the selector", e);
        }
    }

    private void select() {
        try {
            asleep.set(true);
            if (!tasks.isEmpty()) {
                asleep.set(false);
                selector.selectNow(Loop::dispatch);
                return;
            }
            long millis = timers.millisToNext();
            selector.select(Loop::dispatch, Math.max(0, millis));
            asleep.set(false);
        } catch (IOException e) {
            throw new UncheckedIOException("waiting for sockets", e);
        }
    }

    private static void dispatch(SelectionKey key) {
        if (key.attachment() instanceof Ready handler) {
            handler.ready(key);
        }
    }

    private void runTasks() {
        // Not for ever, so that sockets have their turn.
        for (int left = TASKS_PER_ROUND_MAX; left > 0; left--) {
            Runnable task = tasks.poll();
            if (task == null) {
                return;
            }
            guarded(task);
        }
    }

    /** A bug in one call must not end all others: it is told like that of any thread, and the loop goes on. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            // An error too: every call's deadline rings on this thread.
            report(e);
        }
    }
}
