package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.store.StorageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rocksdb.WriteBatch;

class GroupCommitWriterTest {
    /** Lets one batch through for each permit. */
    private static final class SlowDisk implements GroupCommitWriter.BatchTarget {
        private final Semaphore permits = new Semaphore(0);
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch idle = new CountDownLatch(1);
        private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
        private volatile @Nullable RuntimeException failure;
        private volatile boolean hasRoom;
        private volatile @Nullable StorageException gaveUp;

        @Override
        public void write(List<Change> changes) {
            entered.countDown();
            permits.acquireUninterruptibly();
            RuntimeException thrown = failure;
            if (thrown != null) {
                throw thrown;
            }
            batches.add(changes.size());
        }

        @Override
        public void idle() {
            idle.countDown();
        }

        @Override
        public boolean recovered() {
            return hasRoom;
        }

        @Override
        public void gaveUp(StorageException last) {
            gaveUp = last;
        }
    }

    private final SlowDisk disk = new SlowDisk();
    private final BlockingQueue<Ended> completions = new LinkedBlockingQueue<>();
    private final GroupCommitWriter writer = new GroupCommitWriter(disk, Thread::new);

    @AfterEach
    void stop() {
        disk.permits.release(1_000_000);
        writer.close();
    }

    @Test
    void changesThatWaitShareOneWrite() throws InterruptedException {
        submit(1, 1);
        assertThat(disk.entered.await(20, TimeUnit.SECONDS)).isTrue();
        submit(2, 501);
        assertThat(completions).isEmpty();
        disk.permits.release(2);
        for (int i = 1; i <= 501; i++) {
            assertThat(next().number()).isEqualTo(i);
        }
        assertThat(disk.batches).containsExactly(1, 500);
    }

    @Test
    void oneWriteTakesNoMoreThanItsLimit() throws InterruptedException {
        submit(1, 1);
        assertThat(disk.entered.await(20, TimeUnit.SECONDS)).isTrue();
        submit(2, 1 + GroupCommitWriter.BATCH_MAX + 7);
        disk.permits.release(10);
        for (int i = 1; i <= GroupCommitWriter.BATCH_MAX + 8; i++) {
            next();
        }
        assertThat(disk.batches).containsExactly(1, GroupCommitWriter.BATCH_MAX, 7);
    }

    @Test
    void afterAFailureNothingMoreIsWrittenAndEveryChangeFails() throws InterruptedException {
        StorageException broken = new StorageException("no space", new java.io.IOException(), true);
        disk.failure = broken;
        disk.permits.release(1);
        submit(1, 1);
        assertThat(next().failure()).isSameAs(broken);
        disk.failure = null;
        disk.permits.release(100);
        submit(2, 4);
        for (int i = 2; i <= 4; i++) {
            StorageException later = next().failure();
            assertThat(later).isNotNull().hasCause(broken);
            assertThat(later.diskFull()).isTrue();
            assertThat(later.attempted()).as("it was never handed to the disk").isFalse();
        }
        assertThat(broken.attempted()).isTrue();
        assertThat(disk.batches).isEmpty();
        assertThat(writer.failed()).isTrue();
    }

    @Test
    void afterAFullDiskItWritesAgainOnceThereIsRoomAndTheFailedChangesAreForgotten() throws InterruptedException {
        disk.failure = new StorageException("no space", new java.io.IOException(), true);
        disk.hasRoom = true;
        disk.permits.release(100);
        submit(1, 1);
        assertThat(next().failure()).isNotNull();
        disk.failure = null;
        // What is submitted before the failed change is forgotten may build on it.
        submit(2, 2);
        assertThat(next().failure()).isNotNull();
        writer.forgotten();
        Awaitility.await().until(() -> writer.failure() == null);
        submit(3, 3);
        assertThat(next().failure()).isNull();
        assertThat(disk.batches).containsExactly(1);
        assertThat(disk.gaveUp).isNull();
    }

    @Test
    void afterAFullDiskItWritesAgainByItselfIfNothingBuildsOnTheFailedChanges() throws InterruptedException {
        disk.failure = new StorageException("no space", new java.io.IOException(), true);
        disk.hasRoom = true;
        disk.permits.release(100);
        writer.submit(new Numbered(1, false));
        assertThat(next().failure()).isNotNull();
        disk.failure = null;
        Awaitility.await().until(() -> writer.failure() == null);
        submit(2, 2);
        assertThat(next().failure()).isNull();
    }

    @Test
    void whoeverAsksHearsWhenAllBeforeHasEndedWellOrNot() throws InterruptedException {
        submit(1, 1);
        assertThat(disk.entered.await(20, TimeUnit.SECONDS)).isTrue();
        submit(2, 3);
        writer.afterAll(() -> completions.add(new Ended(0, null)));
        submit(4, 4);
        writer.afterAll(() -> completions.add(new Ended(0, null)));
        assertThat(completions).isEmpty();
        disk.failure = new StorageException("fsync failed", new java.io.IOException(), false);
        disk.permits.release(100);
        for (int expected : new int[] {1, 2, 3, 0, 4, 0}) {
            assertThat(next().number()).isEqualTo(expected);
        }
    }

    @Test
    void afterAnyOtherFailureItGivesUpForGood() throws InterruptedException {
        StorageException broken = new StorageException("fsync failed", new java.io.IOException(), false);
        disk.failure = broken;
        disk.hasRoom = true;
        disk.permits.release(100);
        submit(1, 1);
        assertThat(next().failure()).isSameAs(broken);
        disk.failure = null;
        writer.forgotten();
        submit(2, 2);
        assertThat(next().failure()).isNotNull();
        Awaitility.await().until(() -> disk.gaveUp == broken);
        assertThat(disk.batches).isEmpty();
    }

    @Test
    void anUnforeseenExceptionFailsItsChangesAndDoesNotLeaveThemWaiting() throws InterruptedException {
        disk.failure = new IllegalStateException("our bug");
        disk.permits.release(100);
        submit(1, 2);
        for (int i = 1; i <= 2; i++) {
            StorageException failure = next().failure();
            assertThat(failure).isNotNull().hasMessageContaining("our bug");
        }
    }

    @Test
    void aDroppedWriterForgetsWhatWaits() throws InterruptedException {
        submit(1, 1);
        assertThat(disk.entered.await(20, TimeUnit.SECONDS)).isTrue();
        submit(2, 10);
        Thread dropping = new Thread(writer::drop);
        dropping.start();
        while (dropping.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        disk.permits.release(100);
        dropping.join(20_000);
        assertThat(dropping.isAlive()).isFalse();
        assertThat(disk.batches).containsExactly(1);
        assertThat(completions).hasSize(1);
    }

    @Test
    void closingWritesWhatWaits() {
        disk.permits.release(100);
        submit(1, 50);
        writer.close();
        assertThat(completions).hasSize(50);
    }

    @Test
    void aDiskWithoutWorkIsToldSoThatItMaySync() throws InterruptedException {
        assertThat(disk.idle.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private void submit(int from, int to) {
        for (int i = from; i <= to; i++) {
            writer.submit(new Numbered(i, true));
        }
    }

    private final class Numbered implements Change {
        private final int number;
        private final boolean builtOn;

        private Numbered(int number, boolean builtOn) {
            this.number = number;
            this.builtOn = builtOn;
        }

        @Override
        public boolean isBuiltOn() {
            return builtOn;
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void addTo(WriteBatch batch, boolean lastHeader) {
            throw new AssertionError("this disk takes changes as they are");
        }

        @Override
        public void ended(@Nullable StorageException failure) {
            completions.add(new Ended(number, failure));
        }
    }

    /** The end of a change. */
    private record Ended(int number, @Nullable StorageException failure) {}

    private Ended next() throws InterruptedException {
        Ended done = completions.poll(20, TimeUnit.SECONDS);
        if (done == null) {
            throw new AssertionError("no end within 20 s");
        }
        return done;
    }
}
