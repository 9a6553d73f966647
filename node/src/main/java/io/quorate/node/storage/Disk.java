package io.quorate.node.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** The two things about a disk that fail: its room and its writes. Tests put failing ones in place. */
public interface Disk {
    /** Bytes that this process may still write there. */
    long usableBytes();

    /** Writes a batch and syncs it if the options say so; throws if it may not be on disk. */
    default void write(RocksDB db, WriteOptions options, WriteBatch batch) throws RocksDBException {
        db.write(options, batch);
    }

    /** The file system that a folder lies on. */
    static Disk of(Path folder) {
        try {
            FileStore store = Files.getFileStore(folder);
            return () -> {
                try {
                    return store.getUsableSpace();
                } catch (IOException e) {
                    throw new UncheckedIOException("the room on the disk of " + folder + " cannot be asked", e);
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException("the disk of " + folder + " cannot be asked", e);
        }
    }

    /**
     * How a node treats its disk.
     *
     * @param reserveBytes below so many usable bytes the node takes no writes ({@code quorate.disk.reserve}); at least 1 MiB
     */
    record Settings(long reserveBytes) {
        public static final Settings DEFAULT = new Settings(64L << 20);

        public Settings {
            if (reserveBytes < 1L << 20) {
                throw new IllegalArgumentException("disk.reserve = " + reserveBytes
                        + ": must be at least 1 MiB, so that a full disk is noticed before" + " a write fails");
            }
        }
    }
}
