package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import java.nio.file.Path;
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
