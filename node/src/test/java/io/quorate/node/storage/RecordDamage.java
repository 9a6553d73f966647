package io.quorate.node.storage;

import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Spoils records in the database of a stopped node, as a failing disk does. */
public final class RecordDamage {
    private RecordDamage() {}

    /**
     * Flips a bit in the middle of each record of a key.
     *
     * @param folder of the node
     * @return how many records were damaged
     */
    public static int flipBit(Path folder, String bucket, String key) {
        try (RocksColumns columns = RocksColumns.open(folder.resolve("db"), SyncMode.GROUP)) {
            List<byte[]> found = new ArrayList<>();
            columns.scan(columns.data(), new byte[0], (encoded, value) -> {
                RecordKey record = RecordCodec.readKey(encoded);
                if (record.bucket().equals(bucket) && record.key().equals(Bytes.ofUtf8(key))) {
                    found.add(encoded);
                }
                return true;
            });
            for (byte[] encoded : found) {
                byte[] value = columns.get(columns.data(), encoded);
                if (value == null) {
                    throw new IllegalStateException("the record went away");
                }
                value[value.length / 2] ^= 0x10;
                try (WriteBatch batch = new WriteBatch()) {
                    batch.put(columns.data(), encoded, value);
                    columns.write(batch);
                }
            }
            return found.size();
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes the hash trees of all partitions. */
    public static int forgetTrees(Path folder) {
        try (RocksColumns columns = RocksColumns.open(folder.resolve("db"), SyncMode.GROUP)) {
            List<byte[]> found = new ArrayList<>();
            columns.scan(columns.meta(), new byte[] {'L'}, (encoded, value) -> found.add(encoded));
            try (WriteBatch batch = new WriteBatch()) {
                for (byte[] encoded : found) {
                    batch.delete(columns.meta(), encoded);
                }
                columns.write(batch);
            }
            return found.size();
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes each record of a key without a trace, as a lost file does. */
    public static int lose(Path folder, String bucket, String key) {
        try (RocksColumns columns = RocksColumns.open(folder.resolve("db"), SyncMode.GROUP)) {
            List<byte[]> found = new ArrayList<>();
            columns.scan(columns.data(), new byte[0], (encoded, value) -> {
                RecordKey record = RecordCodec.readKey(encoded);
                if (record.bucket().equals(bucket) && record.key().equals(Bytes.ofUtf8(key))) {
                    found.add(encoded);
                }
                return true;
            });
            for (byte[] encoded : found) {
                try (WriteBatch batch = new WriteBatch()) {
                    batch.delete(columns.data(), encoded);
                    columns.write(batch);
                }
            }
            return found.size();
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }
}
