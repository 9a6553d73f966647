package io.quorate.node.storage;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;

/** How the engine is set up: its columns, in the order of {@link #NAMES}, and what bounds its memory. */
final class EngineOptions implements AutoCloseable {
    private static final List<String> NAMES = List.of("default", "data", "remnants", "requests", "hints", "journal");
    private static final Set<String> LARGE = Set.of("data", "journal");
    private static final long BLOCK_CACHE_BYTES = 64L << 20;
    /** Few, so that each part of the cache holds many blocks. */
    private static final int CACHE_SHARD_BITS = 3;
    /** What indexes and filters may keep from the data. */
    private static final double INDEX_SHARE = 0.5;
    /** An index in one piece has some megabytes a file, which whoever needs a line of it would fetch each time. */
    private static final int METADATA_BLOCK_BYTES = 8 << 10;

    private static final long DATA_BUFFER_BYTES = 64L << 20;
    /** Small, because these columns take a tiny entry with each write: finding its place is cheap as long as all fit a cache. */
    private static final long SMALL_BUFFER_BYTES = 4L << 20;

    private final List<RocksObject> owned = new ArrayList<>();
    private final List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    private final DBOptions database = new DBOptions();

    EngineOptions() {
        owned.add(database);
        LRUCache cache = new LRUCache(BLOCK_CACHE_BYTES, CACHE_SHARD_BITS, false, INDEX_SHARE);
        BloomFilter bloom = new BloomFilter(10, false);
        owned.add(cache);
        owned.add(bloom);
        for (String name : NAMES) {
            ColumnFamilyOptions column = new ColumnFamilyOptions()
                    .setWriteBufferSize(LARGE.contains(name) ? DATA_BUFFER_BYTES : SMALL_BUFFER_BYTES)
                    .setCompressionType(CompressionType.LZ4_COMPRESSION)
                    .setTableFormatConfig(new BlockBasedTableConfig()
                            .setBlockCache(cache)
                            .setFilterPolicy(bloom)
                            .setIndexType(IndexType.kTwoLevelIndexSearch)
                            .setPartitionFilters(true)
                            .setMetadataBlockSize(METADATA_BLOCK_BYTES)
                            .setPinTopLevelIndexAndFilter(true)
                            .setCacheIndexAndFilterBlocks(true)
                            .setCacheIndexAndFilterBlocksWithHighPriority(true)
                            .setPinL0FilterAndIndexBlocksInCache(true));
            owned.add(column);
            descriptors.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), column));
        }
        database.setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                .setMaxOpenFiles(512)
                .setMaxTotalWalSize(256L << 20)
                .setMaxBackgroundJobs(2)
                .setKeepLogFileNum(3)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                // A torn last record is what a crash leaves; anything else is damage, and no reason to forget writes.
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords);
    }

    /** Opens or makes the database of a folder; its columns are added to {@code handles}. */
    RocksDB open(Path directory, List<ColumnFamilyHandle> handles) throws RocksDBException {
        return RocksDB.open(database, directory.toString(), descriptors, handles);
    }

    @Override
    public void close() {
        owned.forEach(RocksObject::close);
    }
}
