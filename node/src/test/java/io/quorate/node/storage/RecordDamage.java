package io.quorate.node.storage;

import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Spoils records in the database of a stopped node, as a failing disk does. */
public final class RecordDamage {
    private RecordDamage() {}

    /** What is done to one entry of a column. */
    private interface Harm {
        void to(WriteBatch batch, ColumnFamilyHandle column, Entry entry) throws RocksDBException;
    }

    /** An entry of a column, as it is on disk. */
    private static final class Entry {
        private final byte[] key;
        private final byte[] value;

        private Entry(byte[] key, byte[] value) {
            this.key = key;
            this.value = value;
        }
    }

    /**
     * Flips a bit in the middle of each record of a key.
     *
     * @param folder of the node
     * @return how many records were damaged
     */
    public static int flipBit(Path folder, String bucket, String key) {
        return harm(folder, RocksColumns::data, "", isOf(bucket, key), RecordDamage::flip);
    }

    /** The same while the database is in use. */
    static int flipBit(RocksColumns columns, String bucket, String key) {
        return harm(columns, RocksColumns::data, "", isOf(bucket, key), RecordDamage::flip);
    }

    private static void flip(WriteBatch batch, ColumnFamilyHandle column, Entry entry) throws RocksDBException {
        entry.value[entry.value.length / 2] ^= 0x10;
        batch.put(column, entry.key, entry.value);
    }

    /** Flips a bit in the middle of the header of a group's state. */
    public static int flipHeader(Path folder, ReplicaSetId set) {
        byte[] header = GroupRecordCodec.headerKey(set);
        return harm(folder, RocksColumns::meta, "G", key -> Arrays.equals(key, header), RecordDamage::flip);
    }

    /** Removes the header of a group. */
    public static int loseHeader(Path folder, ReplicaSetId set) {
        byte[] header = GroupRecordCodec.headerKey(set);
        return harm(folder, RocksColumns::meta, "G", key -> Arrays.equals(key, header), RecordDamage::remove);
    }

    /** Removes the hash trees of all partitions. */
    public static int forgetTrees(Path folder) {
        return harm(folder, RocksColumns::meta, "L", each -> true, RecordDamage::remove);
    }

    /** Removes each record of a key without a trace, as a lost file does. */
    public static int lose(Path folder, String bucket, String key) {
        return harm(folder, RocksColumns::data, "", isOf(bucket, key), RecordDamage::remove);
    }

    /** The same while the database is in use. */
    static int lose(RocksColumns columns, String bucket, String key) {
        return harm(columns, RocksColumns::data, "", isOf(bucket, key), RecordDamage::remove);
    }

    private static void remove(WriteBatch batch, ColumnFamilyHandle column, Entry entry) throws RocksDBException {
        batch.delete(column, entry.key);
    }

    private static Predicate<byte[]> isOf(String bucket, String key) {
        return encoded -> {
            RecordKey record = RecordCodec.readKey(encoded);
            return record.bucket().equals(bucket) && record.key().equals(Bytes.ofUtf8(key));
        };
    }

    private static int harm(
            Path folder,
            Function<RocksColumns, ColumnFamilyHandle> which,
            String prefix,
            Predicate<byte[]> wanted,
            Harm harm) {
        try (RocksColumns columns = RocksColumns.open(folder.resolve("db"), SyncMode.GROUP)) {
            return harm(columns, which, prefix, wanted, harm);
        }
    }

    private static int harm(
            RocksColumns columns,
            Function<RocksColumns, ColumnFamilyHandle> which,
            String prefix,
            Predicate<byte[]> wanted,
            Harm harm) {
        try (WriteBatch batch = new WriteBatch()) {
            ColumnFamilyHandle column = which.apply(columns);
            List<Entry> found = new ArrayList<>();
            columns.scan(column, Bytes.ofUtf8(prefix).toByteArray(), (key, value) -> {
                if (wanted.test(key)) {
                    found.add(new Entry(key, value));
                }
                return true;
            });
            for (Entry entry : found) {
                harm.to(batch, column, entry);
            }
            columns.write(batch, true);
            return found.size();
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }
}
