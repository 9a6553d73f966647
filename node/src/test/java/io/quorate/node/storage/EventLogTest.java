package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
    private static final String NAME = "w";

    @TempDir
    private Path folder;

    private RocksColumns columns;
    private RocksPartitionStore beside;
    private EventLog log;

    @BeforeEach
    void open() {
        columns = RocksColumns.open(folder, SyncMode.GROUP);
        beside = new RocksPartitionStore(
                columns, new PartitionCount(64), Thread::new, System::nanoTime, WriteObserver.NONE);
        log = new EventLog(beside);
    }

    @AfterEach
    void close() {
        beside.close();
    }

    private Optional<StorageException> append(long generation, long sequence) throws Exception {
        CompletableFuture<Optional<StorageException>> ended = new CompletableFuture<>();
        log.append(
                NAME,
                generation,
                List.of(new EventLog.Event(sequence, Bytes.ofUtf8("e" + sequence))),
                failure -> ended.complete(Optional.ofNullable(failure)));
        return ended.get(20, TimeUnit.SECONDS);
    }

    private void forget() throws Exception {
        CompletableFuture<Optional<StorageException>> ended = new CompletableFuture<>();
        log.forget(NAME, failure -> ended.complete(Optional.ofNullable(failure)));
        assertThat(ended.get(20, TimeUnit.SECONDS)).isEmpty();
    }

    private List<Long> replay() {
        List<Long> numbers = new ArrayList<>();
        log.replay(NAME, 1, Long.MAX_VALUE, Long.MAX_VALUE, event -> numbers.add(event.sequence()));
        return numbers;
    }

    @Test
    void aLogThatIsForgottenIsReadAgainHoweverItWasDamaged() throws Exception {
        for (long sequence = 1; sequence <= 5; sequence++) {
            assertThat(append(log.generation(), sequence)).isEmpty();
        }
        CompletableFuture<Optional<StorageException>> saved = new CompletableFuture<>();
        log.save(
                NAME,
                new EventLog.Snapshot(3, 1, Bytes.ofUtf8("s")),
                failure -> saved.complete(Optional.ofNullable(failure)));
        assertThat(saved.get(20, TimeUnit.SECONDS)).isEmpty();
        CompletableFuture<Optional<StorageException>> deleted = new CompletableFuture<>();
        log.deleteTo(NAME, 2, failure -> deleted.complete(Optional.ofNullable(failure)));
        assertThat(deleted.get(20, TimeUnit.SECONDS)).isEmpty();
        assertThat(LogDamage.flipBit(columns, LogDamage.Kind.EVENT, NAME, 4)).isTrue();
        assertThat(LogDamage.flipBit(columns, LogDamage.Kind.SNAPSHOT, NAME, 3)).isTrue();
        assertThat(LogDamage.flipBit(columns, LogDamage.Kind.MARK, NAME, 0)).isTrue();

        forget();

        assertThat(replay()).isEmpty();
        assertThat(log.snapshots(NAME, (sequence, why) -> {
                    throw why;
                }))
                .isEmpty();
        assertThat(log.highest(NAME)).as("no number comes twice").isEqualTo(5);
        forget();
        assertThat(log.highest(NAME)).isEqualTo(5);
        assertThat(append(log.generation(), 6)).isEmpty();
        assertThat(replay()).containsExactly(6L);
    }

    @Test
    void whoReadTheLogBeforeItWasOpenedAgainMayNotGoOn() throws Exception {
        long before = log.generation();
        assertThat(append(before, 1)).isEmpty();
        columns.reopen();

        assertThat(append(before, 2)).isPresent();

        assertThat(log.highest(NAME)).isEqualTo(1);
        assertThat(append(log.generation(), 2)).isEmpty();
        assertThat(log.highest(NAME)).isEqualTo(2);
    }
}
