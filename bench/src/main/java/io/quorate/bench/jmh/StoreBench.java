package io.quorate.bench.jmh;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Records of 1 KiB in a store: reads, and commits one at a time or 32 at once, each batch synced. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StoreBench {
    private static final int KEYS = 1000;
    private static final int BATCH = 32;

    /** Which store. */
    @Param({"memory", "rocks"})
    public String store = "memory";

    private final Stores stores = new Stores();
    private final List<RecordKey> keys = new ArrayList<>();
    private final Map<ReplicaSetId, Long> commits = new HashMap<>();
    private final Semaphore done = new Semaphore(0);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private KeyState state = KeyState.EMPTY;
    private Commit.Header header = new Commit.Header(1, Bytes.EMPTY, 0, 0, 0);
    private PartitionStore opened = stores.open("memory");
    private int next;

    /** Opens the store and fills it with every key. */
    @Setup(Level.Trial)
    public void open() throws InterruptedException {
        opened = stores.open(store);
        opened.listen(completion -> {
            if (completion.failure() != null) {
                failure.set(completion.failure());
            }
            done.release();
        });
        state = KeyState.of(
                List.of(Samples.version(new Dot(Samples.actor(0), 1))),
                Samples.siblings(1, 0).context());
        PartitionClock clock = new PartitionClock();
        clock.addRange(Samples.actor(0), 1, KEYS);
        ByteSink bytes = new ByteSink(64);
        VersionCodec.writeClock(bytes, clock);
        header = new Commit.Header(1, Bytes.wrap(bytes.toByteArray()), 1, 1, 0);
        for (int i = 0; i < KEYS; i++) {
            keys.add(Samples.record(i));
        }
        for (int i = 0; i < KEYS; i++) {
            commit();
        }
        await(KEYS);
    }

    /** Closes it and deletes its files. */
    @TearDown(Level.Trial)
    public void close() {
        stores.close();
    }

    /** One record is read. */
    @Benchmark
    public KeyState get() {
        return opened.read(nextKey());
    }

    /** One record is written, alone in its batch. */
    @Benchmark
    public void put() throws InterruptedException {
        commit();
        await(1);
    }

    /** A record's part of 32 that wait together. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void putIn32() throws InterruptedException {
        for (int i = 0; i < BATCH; i++) {
            commit();
        }
        await(BATCH);
    }

    private RecordKey nextKey() {
        next = (next + 1) % KEYS;
        return keys.get(next);
    }

    private void commit() {
        RecordKey key = nextKey();
        long id = commits.merge(key.set(), 1L, Long::sum);
        Commit.Change change = new Commit.Change(key, state, false, 0, LeafTable.Sum.ZERO);
        opened.commit(new Commit(id, key.set(), List.of(change), header, null));
    }

    private void await(int count) throws InterruptedException {
        done.acquire(count);
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("a commit failed", cause);
        }
    }
}
