package io.quorate.node.storage;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.PartitionStore.Completion;
import io.quorate.node.protocol.store.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes: takes all changes that wait, makes one batch and one fsync of them, and then tells of each.
 * The longer the disk takes, the more share its next turn.
 *
 * <p>After a failure nothing more is written: what memory built on the failed change must not reach the disk without it.
 */
final class GroupCommitWriter implements AutoCloseable {
    /** Changes in one batch. */
    static final int BATCH_MAX = 1024;

    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final BatchTarget target;
    private final Thread thread;
    private volatile Consumer<Completion> listener = completion -> {};
    private volatile @Nullable StorageException failure;
    private volatile boolean dropped;

    /** Where batches go. */
    interface BatchTarget {
        /** Writes all changes together and syncs them as configured; throws if they may not be on disk. */
        void write(List<Commit> commits);
    }

    private record Work(@Nullable Commit commit) {}

    GroupCommitWriter(BatchTarget target, ThreadFactory threads) {
        this.target = target;
        this.thread = threads.newThread(this::run);
        this.thread.start();
    }

    void listen(Consumer<Completion> completions) {
        listener = completions;
    }

    void submit(Commit commit) {
        queue.add(new Work(commit));
    }

    private void run() {
        List<Work> taken = new ArrayList<>();
        List<Commit> commits = new ArrayList<>();
        boolean open = true;
        while (open) {
            try {
                taken.add(queue.take());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            queue.drainTo(taken, BATCH_MAX - 1);
            for (Work work : taken) {
                Commit commit = work.commit();
                if (commit == null) {
                    open = false;
                } else {
                    commits.add(commit);
                }
            }
            if (!commits.isEmpty() && !dropped) {
                write(commits);
            }
            taken.clear();
            commits.clear();
        }
    }

    private void write(List<Commit> commits) {
        StorageException failed = failure;
        if (failed == null) {
            try {
                target.write(commits);
            } catch (StorageException e) {
                failed = e;
                failure = e;
            }
        }
        for (Commit commit : commits) {
            listener.accept(new Completion(commit, failed));
        }
    }

    /** Writes what waits and ends the thread. */
    @Override
    public void close() {
        queue.add(new Work(null));
        join();
    }

    /** Forgets what waits and ends the thread, as a crash would. */
    void drop() {
        dropped = true;
        close();
    }

    private void join() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
