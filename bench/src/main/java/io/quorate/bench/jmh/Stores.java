package io.quorate.bench.jmh;

import io.quorate.node.demo.DemoCluster;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.storage.MemoryPartitionStore;
import io.quorate.node.storage.RocksColumns;
import io.quorate.node.storage.RocksPartitionStore;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.storage.WriteObserver;
import io.quorate.ring.token.PartitionCount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens stores for a benchmark, on disk in a temporary folder, and takes everything away again. */
final class Stores implements AutoCloseable {
    private static final PartitionCount PARTITIONS = new PartitionCount(Samples.PARTITIONS);

    private final List<RocksPartitionStore> open = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();

    /** Opens a store: {@code memory}, or {@code rocks} with group commit, where every commit is synced. */
    PartitionStore open(String kind) {
        return switch (kind) {
            case "memory" -> new MemoryPartitionStore(PARTITIONS);
            case "rocks" -> rocks();
            default -> throw new IllegalArgumentException("no store '" + kind + "'");
        };
    }

    /** A store on disk with group commit, where every change that is waited for is synced. */
    RocksPartitionStore rocks() {
        Path folder;
        try {
            folder = Files.createTempDirectory("quorate-jmh-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        folders.add(folder);
        RocksColumns columns = RocksColumns.open(folder.resolve("db"), SyncMode.GROUP);
        RocksPartitionStore store =
                new RocksPartitionStore(columns, PARTITIONS, Thread::new, System::nanoTime, WriteObserver.NONE);
        open.add(store);
        return store;
    }

    @Override
    public void close() {
        open.forEach(RocksPartitionStore::close);
        folders.forEach(DemoCluster::deleteTree);
    }
}
