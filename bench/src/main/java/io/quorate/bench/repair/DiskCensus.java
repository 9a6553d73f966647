package io.quorate.bench.repair;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** What a stopped node keeps on disk, after compaction. */
final class DiskCensus {
    private DiskCensus() {}

    /** How much one kind of record takes. */
    record Kind(long records, long bytes) {}

    /** The kinds by their names, after everything has been compacted. */
    static Map<String, Kind> of(Path database) throws IOException {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (Options listing = new Options();
                DBOptions options = new DBOptions()) {
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            for (byte[] name : RocksDB.listColumnFamilies(listing, database.toString())) {
                descriptors.add(new ColumnFamilyDescriptor(name));
            }
            try (RocksDB db = RocksDB.open(options, database.toString(), descriptors, handles)) {
                for (ColumnFamilyHandle handle : handles) {
                    db.compactRange(handle);
                    long records = 0;
                    long bytes = 0;
                    try (RocksIterator each = db.newIterator(handle)) {
                        for (each.seekToFirst(); each.isValid(); each.next()) {
                            records++;
                            bytes += each.key().length + each.value().length;
                        }
                        each.status();
                    }
                    kinds.put(new String(handle.getName(), StandardCharsets.UTF_8), new Kind(records, bytes));
                }
                handles.forEach(ColumnFamilyHandle::close);
            }
            return kinds;
        } catch (RocksDBException e) {
            throw new IOException(database + ": " + e.getMessage(), e);
        }
    }
}
