package io.quorate.node.storage;

import io.quorate.node.fixture.TestKeys;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

class MemoryPartitionStoreTest extends PartitionStoreContract {
    private final MemoryPartitionStore memory = new MemoryPartitionStore(TestKeys.PARTITIONS);

    @Override
    PartitionStore open() {
        return memory;
    }

    @Override
    void close() {
        // It lives as long as the process; a reopened replica finds it as it was.
    }

    @Override
    void tamper(RecordKey key, @Nullable Consumer<byte[]> change) {
        memory.tamper(key, change);
    }
}
