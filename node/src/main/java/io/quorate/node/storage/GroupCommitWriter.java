package io.quorate.node.storage;

import io.quorate.node.protocol.store.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes: takes all changes that wait, makes one batch and one fsync of them, and then tells of each.
 * The longer the disk takes, the more share its next turn.
 *
 * <p>After a failure nothing more is written: what memory built on the failed change must not reach the disk without it.
 * A full disk is written to again once there is room and whoever builds on commits has forgotten them ({@link #forgotten});
 * any other failure is for good, because after a failed fsync nobody knows what the disk has.
 */
final class GroupCommitWriter implements AutoCloseable {
    /** Changes in one batch. */
    static final int BATCH_MAX = 1024;

    /** Bytes of values in one batch, beyond which the rest waits for the next. */
    static final long BATCH_BYTES_MAX = 16L << 20;

    static final long IDLE_MILLIS = 500;

    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final BatchTarget target;
    private final Thread thread;
    private volatile @Nullable StorageException failure;
    private volatile boolean dropped;
    /** Whether changes have failed on which memory is built that has not been forgotten yet; the writer's thread only. */
    private boolean built;

    private boolean open = true;

    /** Where batches go. */
    interface BatchTarget {
        /** Writes all changes together and syncs them as configured; throws if they may not be on disk. */
        void write(List<Change> changes);

        /** Nothing has come for {@link #IDLE_MILLIS}: what was written unsynced may be synced now. */
        void idle();

        /** After a failure for want of room: true once there is room again and the disk is ready to be written to. */
        default boolean recovered() {
            return false;
        }

        /** There will be no further write. */
        default void gaveUp(StorageException failure) {}
    }

    /** A change, or what is to be done once all before has ended. */
    private record Work(@Nullable Change change, Runnable then) {}

    GroupCommitWriter(BatchTarget target, ThreadFactory threads) {
        this.target = target;
        this.thread = threads.newThread(this::run);
        this.thread.start();
    }

    void submit(Change change) {
        queue.add(new Work(change, () -> {}));
    }

    /** What is submitted from now on does not build on changes that have failed. */
    void forgotten() {
        afterAll(() -> built = false);
    }

    /** Does something on the writer's thread once all that was submitted before has ended. */
    void afterAll(Runnable then) {
        queue.add(new Work(null, then));
    }

    private void run() {
        List<Work> taken = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        while (open) {
            try {
                Work first = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
                if (first == null) {
                    if (failure == null) {
                        guarded(target::idle);
                        giveUpIfBroken();
                    }
                    recover();
                    continue;
                }
                taken.add(first);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            queue.drainTo(taken, BATCH_MAX - 1);
            for (Work work : taken) {
                Change change = work.change();
                if (change != null) {
                    changes.add(change);
                    continue;
                }
                writeAll(changes);
                work.then().run();
            }
            writeAll(changes);
            taken.clear();
            recover();
        }
    }

    private void writeAll(List<Change> changes) {
        if (!changes.isEmpty() && !dropped) {
            writeInParts(changes);
        }
        changes.clear();
    }

    private void recover() {
        StorageException failed = failure;
        if (failed == null || !failed.diskFull() || built || dropped) {
            return;
        }
        try {
            if (target.recovered()) {
                failure = null;
            }
        } catch (RuntimeException e) {
            failure = new StorageException("could not go on after the disk was full: " + e, e, false);
            giveUpIfBroken();
        }
    }

    private void write(List<Change> changes) {
        StorageException earlier = failure;
        if (earlier == null) {
            guarded(() -> target.write(changes));
        }
        StorageException failed = earlier == null ? failure : earlier.ofLater();
        for (Change change : changes) {
            built |= failed != null && change.isBuiltOn();
            change.ended(failed);
        }
        if (earlier == null) {
            giveUpIfBroken();
        }
    }

    private void giveUpIfBroken() {
        StorageException failed = failure;
        if (failed != null && !failed.diskFull()) {
            target.gaveUp(failed);
        }
    }

    /** Parts of what waits, each within the bound of bytes unless one change alone exceeds it. */
    private void writeInParts(List<Change> changes) {
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < changes.size(); i++) {
            long more = changes.get(i).bytes();
            if (i > from && bytes + more > BATCH_BYTES_MAX) {
                write(changes.subList(from, i));
                from = i;
                bytes = 0;
            }
            bytes += more;
        }
        write(changes.subList(from, changes.size()));
    }

    private void guarded(Runnable work) {
        if (failure != null) {
            return;
        }
        try {
            work.run();
        } catch (StorageException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            // Whatever it was, the changes are not known to be on disk, and whoever waits for them must hear of it.
            failure = new StorageException("could not write: " + e, e, false);
        }
    }

    /** Whether something that was submitted is not on disk and, unless room comes for it, never will be. */
    boolean failed() {
        return failure != null;
    }

    /** What stands in the way of every change; null if nothing does. */
    @Nullable
    StorageException failure() {
        return failure;
    }

    /** Writes what waits and ends the thread. */
    @Override
    public void close() {
        afterAll(() -> open = false);
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
