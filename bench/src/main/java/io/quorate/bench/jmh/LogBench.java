package io.quorate.bench.jmh;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.storage.EventLog;
import io.quorate.node.storage.RocksGroupStore;
import io.quorate.node.storage.RocksPartitionStore;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import java.util.ArrayList;
import java.util.List;
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

/**
 * What a node writes of puts of 1 KiB to a leader bucket, one in each of 32 groups at a time: the entries, which are synced,
 * and beside them what the entries before make of the states, which is not. In one engine, and with one for each.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LogBench {
    private static final int GROUPS = 32;
    /** So many entries of a group stay, or twice as many. */
    private static final int KEPT = 1024;

    /** Engines for logs and states. */
    @Param({"one", "two"})
    public String engines = "one";

    private final Stores stores = new Stores();
    private final List<RecordKey> keys = new ArrayList<>();
    private final Bytes entry = Samples.value(1);
    private final Semaphore done = new Semaphore(0);
    private final AtomicReference<@Nullable StorageException> failed = new AtomicReference<>();
    private KeyState state = KeyState.EMPTY;

    @SuppressWarnings("NullAway.Init") // JMH calls what opens it first.
    private EventLog log;

    @SuppressWarnings("NullAway.Init") // JMH calls what opens it first.
    private RocksGroupStore states;

    private long index;

    /** Opens empty ones. */
    @Setup(Level.Trial)
    public void open() {
        RocksPartitionStore first = stores.rocks();
        log = new EventLog(first);
        states = new RocksGroupStore(engines.equals("one") ? first : stores.rocks(), 0);
        state = KeyState.of(
                List.of(Samples.version(new Dot(Samples.actor(0), 1))),
                Samples.siblings(1, 0).context());
        boolean[] seen = new boolean[Samples.PARTITIONS];
        for (int i = 0; keys.size() < GROUPS; i++) {
            RecordKey key = Samples.record(i);
            if (!seen[key.set().partition()]) {
                seen[key.set().partition()] = true;
                keys.add(key);
                states.open(key.set());
            }
        }
    }

    /** Removes them. */
    @TearDown(Level.Trial)
    public void close() {
        stores.close();
    }

    /** A put's part of what one node writes. */
    @Benchmark
    @OperationsPerInvocation(GROUPS)
    public void put() throws InterruptedException {
        index++;
        for (RecordKey key : keys) {
            states.commit(turn(key), this::ended);
            log.append(name(key), log.generation(), List.of(new EventLog.Event(index, entry)), this::ended);
        }
        await(2 * GROUPS);
        if (index % KEPT == 0 && index > KEPT) {
            keys.forEach(key -> log.deleteTo(name(key), index - KEPT, this::ended));
            await(GROUPS);
        }
    }

    private GroupCommit turn(RecordKey key) {
        int leaf = (int) (index & LeafTable.LEAVES - 1);
        return new GroupCommit(
                key.set(),
                states.generation(),
                ImmutableList.of(new Commit.Change(key, state, false, leaf, LeafTable.Sum.ZERO)),
                new GroupCommit.Header(index - 1, 1, Bytes.EMPTY, index, 1, GroupCommit.RequestCount.NONE),
                ImmutableList.of(),
                false);
    }

    private static String name(RecordKey key) {
        ReplicaSetId set = key.set();
        return "group-" + set.n() + "-" + set.partition();
    }

    private void ended(@Nullable StorageException failure) {
        if (failure != null) {
            failed.set(failure);
        }
        done.release();
    }

    private void await(int count) throws InterruptedException {
        done.acquire(count);
        StorageException failure = failed.get();
        if (failure != null) {
            throw new IllegalStateException("a write failed", failure);
        }
    }
}
