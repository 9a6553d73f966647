package io.quorate.bench.jmh;

import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.CausalContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
 * A whole QUORUM put and get of 1 KiB by three homes in one thread, alone or 32 at once: protocol and stores, without HTTP,
 * codec and network. Each put goes on from the last one of its key.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WritePathBench {
    private static final int KEYS = 1000;
    private static final int AT_ONCE = 32;
    private static final int QUORUM = 2;
    private static final int SIBLINGS_MAX = 100;
    private static final String CONTENT_TYPE = "application/octet-stream";

    /** Which store the homes have. */
    @Param({"memory", "rocks"})
    public String store = "memory";

    private final Stores stores = new Stores();
    private final List<KeyAddress> addresses = new ArrayList<>();
    private final CausalContext[] seen = new CausalContext[KEYS];
    private final Bytes value = Samples.value(1);
    private @Nullable LoopCluster cluster;
    private int next;
    private long requests;

    /** Starts the homes and writes every key. */
    @Setup(Level.Trial)
    public void start() throws InterruptedException {
        cluster = new LoopCluster(stores, store);
        Arrays.fill(seen, CausalContext.EMPTY);
        for (int i = 0; i < KEYS; i++) {
            addresses.add(new KeyAddress(Samples.record(i), ReadRepair.BLOCKING, SIBLINGS_MAX, Conflicts.SIBLINGS));
        }
        for (int i = 0; i < KEYS / AT_ONCE + 1; i++) {
            putIn32();
        }
    }

    /** Stops them and deletes their files. */
    @TearDown(Level.Trial)
    public void stop() {
        stores.close();
    }

    /** One put at a time. */
    @Benchmark
    public void put() throws InterruptedException {
        beginPut();
        cluster().untilAnswered();
    }

    /** A put's part of 32 in flight. */
    @Benchmark
    @OperationsPerInvocation(AT_ONCE)
    public void putIn32() throws InterruptedException {
        for (int i = 0; i < AT_ONCE; i++) {
            beginPut();
        }
        cluster().untilAnswered();
    }

    /** One get at a time. */
    @Benchmark
    public void get() throws InterruptedException {
        beginGet();
        cluster().untilAnswered();
    }

    /** A get's part of 32 in flight. */
    @Benchmark
    @OperationsPerInvocation(AT_ONCE)
    public void getIn32() throws InterruptedException {
        for (int i = 0; i < AT_ONCE; i++) {
            beginGet();
        }
        cluster().untilAnswered();
    }

    private void beginPut() {
        int key = nextKey();
        requests++;
        KeyRequest.RequestId id = new KeyRequest.RequestId(Bytes.ofUtf8("r" + requests), false);
        cluster()
                .begin(
                        new KeyRequest.Put(addresses.get(key), QUORUM, seen[key], value, CONTENT_TYPE, id),
                        reply -> seen[key] = written(reply));
    }

    private void beginGet() {
        cluster().begin(new KeyRequest.Get(addresses.get(nextKey()), QUORUM), WritePathBench::found);
    }

    private int nextKey() {
        next = (next + 1) % KEYS;
        return next;
    }

    private static CausalContext written(KeyReply reply) {
        if (reply instanceof KeyReply.WriteDone done) {
            return done.context();
        }
        throw new IllegalStateException("a put was not done: " + reply);
    }

    private static void found(KeyReply reply) {
        if (!(reply instanceof KeyReply.ReadDone done)
                || done.state().versions().size() != 1) {
            throw new IllegalStateException("a get did not find one version: " + reply);
        }
    }

    private LoopCluster cluster() {
        LoopCluster started = cluster;
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }
}
