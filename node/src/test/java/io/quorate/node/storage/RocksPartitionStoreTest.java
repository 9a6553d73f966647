package io.quorate.node.storage;

import static io.quorate.node.fixture.TestKeys.keyIn;
import static io.quorate.node.fixture.TestKeys.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.fixture.TestKeys;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.KeyState;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

class RocksPartitionStoreTest extends PartitionStoreContract {
    private @TempDir Path directory;
    private @Nullable RocksColumns columns;
    private @Nullable RocksPartitionStore rocks;

    @Override
    PartitionStore open() {
        return open(Thread::new);
    }

    private RocksColumns columns() {
        return Objects.requireNonNull(columns);
    }

    private RocksPartitionStore open(ThreadFactory threads) {
        return open(threads, 0);
    }

    private RocksPartitionStore open(ThreadFactory threads, long recentBytes) {
        RocksColumns made = RocksColumns.open(directory.resolve("db"), SyncMode.GROUP);
        columns = made;
        RocksPartitionStore opened = new RocksPartitionStore(
                made,
                TestKeys.PARTITIONS,
                threads,
                System::nanoTime,
                WriteObserver.NONE,
                () -> Long.MAX_VALUE,
                Disk.Settings.DEFAULT,
                recentBytes);
        rocks = opened;
        return opened;
    }

    @Override
    @AfterEach
    void close() {
        RocksPartitionStore open = rocks;
        if (open != null) {
            rocks = null;
            open.close();
        }
    }

    @Override
    void tamper(RecordKey key, @Nullable Consumer<byte[]> change) {
        byte[] encoded = RecordCodec.key(key);
        RocksColumns columns = columns();
        try (WriteBatch batch = new WriteBatch()) {
            byte[] value = columns.get(columns.data(), encoded);
            if (change == null) {
                batch.delete(columns.data(), encoded);
            } else if (value != null) {
                change.accept(value);
                batch.put(columns.data(), encoded, value);
            }
            columns.write(batch, true);
        } catch (RocksDBException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aChangeIsNotReadBeforeItIsOnDisk() {
        close();
        CountDownLatch released = new CountDownLatch(1);
        RocksPartitionStore held = open(work -> new Thread(() -> {
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            work.run();
        }));
        CountDownLatch done = new CountDownLatch(1);
        held.listen(completion -> done.countDown());
        RecordKey key = keyIn(PARTITION, 0);
        held.commit(new Commit(1, set(PARTITION), List.of(change(key, state("n1", 1), 1)), header(5, 1), null));
        assertThat(held.read(key)).isEqualTo(KeyState.EMPTY);
        assertThat(held.open(set(PARTITION)).header()).isNull();
        assertThat(done.getCount()).isEqualTo(1);
        released.countDown();
        await(done);
        assertThat(held.read(key)).isEqualTo(state("n1", 1));
    }

    @Test
    void aStoreThatKeepsRecordsInMemoryReadsWhatIsOnDisk() throws InterruptedException {
        close();
        RocksPartitionStore remembering = open(Thread::new, 2_000);
        BlockingQueue<PartitionStore.Completion> done = new LinkedBlockingQueue<>();
        remembering.listen(done::add);
        Random random = new Random(5);
        for (int i = 1; i <= 200; i++) {
            RecordKey written = keyIn(PARTITION, random.nextInt(12));
            KeyState next = random.nextInt(4) == 0 ? KeyState.EMPTY : state("n1", i);
            remembering.commit(new Commit(i, set(PARTITION), List.of(change(written, next, i)), header(5, i), null));
            RecordKey read = keyIn(PARTITION, random.nextInt(12));
            if (read.equals(written)) {
                assertThat(done.poll(20, TimeUnit.SECONDS)).isNotNull();
                assertThat(remembering.read(read)).isEqualTo(next).isEqualTo(onDisk(read));
            } else {
                assertThat(remembering.read(read)).isEqualTo(onDisk(read));
                assertThat(done.poll(20, TimeUnit.SECONDS)).isNotNull();
            }
        }
    }

    @Test
    void aRecordInMemoryIsServedInSpiteOfDamageOnDiskUntilTheNextStart() throws InterruptedException {
        close();
        RocksPartitionStore remembering = open(Thread::new, 20_000);
        BlockingQueue<PartitionStore.Completion> done = new LinkedBlockingQueue<>();
        remembering.listen(done::add);
        RecordKey key = keyIn(PARTITION, 0);
        remembering.commit(new Commit(1, set(PARTITION), List.of(change(key, state("n1", 1), 1)), header(5, 1), null));
        assertThat(done.poll(20, TimeUnit.SECONDS)).isNotNull();
        tamper(key, bytes -> bytes[9] ^= 0x10);
        assertThat(remembering.read(key)).isEqualTo(state("n1", 1));
        remembering.close();
        assertThatThrownBy(() -> open(Thread::new, 20_000).read(key)).isInstanceOf(CorruptRecordException.class);
    }

    private KeyState onDisk(RecordKey key) {
        byte[] value = columns().get(columns().data(), RecordCodec.key(key));
        return value == null ? KeyState.EMPTY : RecordCodec.readState(value, PARTITION);
    }

    @Test
    void closingWritesWhatWaits() {
        RecordKey key = keyIn(PARTITION, 0);
        for (int i = 1; i <= 100; i++) {
            store().commit(new Commit(i, set(PARTITION), List.of(change(key, state("n1", i), 1)), header(5, i), null));
        }
        close();
        start();
        assertThat(store().read(key)).isEqualTo(state("n1", 100));
    }

    @Test
    void aDroppedStoreKeepsEverythingThatWasCompleted() {
        RecordKey key = keyIn(PARTITION, 0);
        for (int i = 1; i <= 20; i++) {
            commit(i, change(key, state("n1", i), i));
        }
        RocksPartitionStore dropped = Objects.requireNonNull(rocks);
        rocks = null;
        dropped.drop();
        start();
        assertThat(store().read(key)).isEqualTo(state("n1", 20));
        assertThat(store().open(set(PARTITION)).header()).isEqualTo(header(5, 20));
    }

    @Test
    void requestsOfErasLongPastAreRemovedFromDisk() {
        store().commit(new Commit(1, set(PARTITION), List.of(), header(5, 1), entry(10, 1)));
        completed();
        store().commit(new Commit(2, set(PARTITION), List.of(), header(5, 1), entry(11, 2)));
        completed();
        assertThat(store().findRequest(set(PARTITION), entry(10, 1).id(), 10)).isNotNull();
        store().commit(new Commit(3, set(PARTITION), List.of(), header(5, 1), entry(13, 3)));
        completed();
        assertThat(store().findRequest(set(PARTITION), entry(10, 1).id(), 10)).isNull();
        assertThat(store().findRequest(set(PARTITION), entry(11, 2).id(), 11)).isNull();
        assertThat(store().findRequest(set(PARTITION), entry(13, 3).id(), 13)).isNotNull();
    }

    @Test
    void smallThingsOfTheNodeAreKeptBesideTheReplicas() {
        assertThat(columns().getMeta("buckets")).isNull();
        columns().putMeta("buckets", new byte[] {1, 2});
        reopen();
        assertThat(columns().getMeta("buckets")).containsExactly(1, 2);
        assertThat(store().replicaSets()).isEmpty();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
