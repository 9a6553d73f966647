package io.quorate.node.storage;

import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Spoils what a log has on disk, beneath the log and beside its writer, as a failing disk does. */
public final class LogDamage {
    private LogDamage() {}

    /** What there is to spoil; the letters are the first bytes of keys. */
    public enum Kind {
        EVENT('E'),
        MARK('M'),
        SNAPSHOT('S');

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }
    }

    /**
     * Changes the bytes of an entry.
     *
     * @param number ignored for marks, of which each writer has one
     * @param change returns null to have the entry removed
     * @return whether there was such an entry
     */
    public static boolean change(
            RocksColumns columns, Kind kind, String name, long number, UnaryOperator<byte @Nullable []> change) {
        byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
        ByteSink sink = new ByteSink(64).u8(kind.letter).u16(encoded.length).raw(encoded, 0, encoded.length);
        byte[] key = kind == Kind.MARK ? sink.toByteArray() : sink.u64(number).toByteArray();
        byte[] value = columns.get(columns.journal(), key);
        if (value == null) {
            return false;
        }
        byte[] changed = change.apply(value);
        try (WriteBatch batch = new WriteBatch()) {
            if (changed == null) {
                batch.delete(columns.journal(), key);
            } else {
                batch.put(columns.journal(), key, changed);
            }
            columns.write(batch, true);
            return true;
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Flips a bit in the middle event of a writer that has some.
     *
     * @param folder of a stopped node
     */
    public static void flipBitInTheMiddle(Path folder, String name) {
        try (RocksColumns columns = RocksColumns.open(folder.resolve("db"), SyncMode.GROUP)) {
            List<Long> numbers = new ArrayList<>();
            byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
            byte[] prefix = new ByteSink(64)
                    .u8(Kind.EVENT.letter)
                    .u16(encoded.length)
                    .raw(encoded, 0, encoded.length)
                    .toByteArray();
            columns.scanKeys(
                    columns.journal(),
                    prefix,
                    prefix,
                    key -> numbers.add(new ByteSource(key, key.length - 8, 8).u64()));
            if (numbers.size() < 3 || !flipBit(columns, Kind.EVENT, name, numbers.get(numbers.size() / 2))) {
                throw new IllegalStateException(name + " has no middle: " + numbers);
            }
        }
    }

    /** Flips a bit in the middle of an entry. */
    public static boolean flipBit(RocksColumns columns, Kind kind, String name, long number) {
        return change(columns, kind, name, number, value -> {
            value[value.length / 2] ^= 0x10;
            return value;
        });
    }

    /** Removes an entry without a trace, as a lost file does. */
    public static boolean lose(RocksColumns columns, Kind kind, String name, long number) {
        return change(columns, kind, name, number, value -> null);
    }
}
