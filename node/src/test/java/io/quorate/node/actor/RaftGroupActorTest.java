package io.quorate.node.actor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.node.journal.EventLogs;
import io.quorate.node.protocol.group.GroupEvent;
import io.quorate.node.protocol.group.GroupSettings;
import io.quorate.node.protocol.pace.Transits;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.serial.Stamps;
import io.quorate.node.storage.Disk;
import io.quorate.node.storage.EventLog;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.node.storage.RocksColumns;
import io.quorate.node.storage.RocksGroupStore;
import io.quorate.node.storage.RocksPartitionStore;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.storage.WriteObserver;
import io.quorate.node.transport.Received;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.epoch.StaticRing;
import io.quorate.ring.placement.BalancedPlanner;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** One group of one member on a disk that fails: its actor ends, and the next one goes on with what is on the disk. */
final class RaftGroupActorTest {
    private static final NodeId N1 = NodeId.of("n1");
    private static final ReplicaSetId SET = ReplicaSetId.led(1, 0);
    private static final PartitionCount PARTITIONS = new PartitionCount(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private @TempDir Path folder;
    private final FailingDisk disk = new FailingDisk();
    private final BlockingQueue<GroupEvent> events = new LinkedBlockingQueue<>();
    private final AtomicLong ids = new AtomicLong();
    private final GroupTable table = new GroupTable(
            NodeId.of("n1"),
            new GroupTableTest.Deaf(),
            new Stamps(1, System::nanoTime, new Transits(Transits.DRIFT_PPM)),
            System::nanoTime,
            () -> 1,
            new FailingShardActorTest.Quiet(),
            (nanos, work) -> {},
            Runnable::run);
    private @Nullable RocksPartitionStore engine;
    private @Nullable ActorSystem<Received> system;

    /** Once in a while a write finds no room. What is synced is of the log, what is not is of the state. */
    private static final class FailingDisk implements Disk {
        private volatile @Nullable Boolean failing;

        @Override
        public long usableBytes() {
            return Long.MAX_VALUE / 2;
        }

        private void failNext(boolean synced) {
            failing = synced;
        }

        @Override
        public void write(RocksDB db, WriteOptions options, WriteBatch batch) throws RocksDBException {
            Boolean fails = failing;
            if (fails != null && fails == options.sync()) {
                failing = null;
                throw new RocksDBException(
                        new Status(Status.Code.IOError, Status.SubCode.NoSpace, "No space left on device"));
            }
            db.write(options, batch);
        }
    }

    /** Notes what it is asked, and can be made to wait before it does it. */
    private static final class HeldStore extends MemoryGroupStore {
        private final List<String> steps = Collections.synchronizedList(new ArrayList<>());
        private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
        private volatile boolean held;

        @Override
        public GroupCommit.Opened open(ReplicaSetId set) {
            steps.add("opened");
            return super.open(set);
        }

        @Override
        public void afterAll(Runnable then) {
            steps.add("asked");
            put(then);
        }

        @Override
        public void commit(GroupCommit commit, Consumer<@Nullable StorageException> ended) {
            put(() -> {
                steps.add("stored " + commit.header().index());
                super.commit(commit, ended);
            });
        }

        private void put(Runnable work) {
            if (held) {
                waiting.add(work);
            } else {
                work.run();
            }
        }

        private void letGo() {
            held = false;
            for (Runnable work = waiting.poll(); work != null; work = waiting.poll()) {
                work.run();
            }
        }
    }

    private RocksPartitionStore openEngine() {
        RocksPartitionStore opened = new RocksPartitionStore(
                RocksColumns.open(folder.resolve("db"), SyncMode.GROUP, disk),
                PARTITIONS,
                Thread::new,
                System::nanoTime,
                WriteObserver.NONE);
        engine = opened;
        return opened;
    }

    private EventLog start(RocksPartitionStore beside, GroupStore store) {
        EventLog log = new EventLog(beside);
        ActorSystem<Received> started = ActorSystem.create(
                GroupsActor.create(new GroupsActor.Around(
                        N1,
                        StaticRing.plan(
                                        new Membership(List.of(new Member(
                                                N1, "dc1", "z1", 1, "http://127.0.0.1:1", "127.0.0.1", 7001, 7002))),
                                        PARTITIONS,
                                        1,
                                        new BalancedPlanner())
                                .current(),
                        store,
                        GroupSettings.DEFAULT,
                        table,
                        System::nanoTime,
                        System::currentTimeMillis,
                        ids::incrementAndGet,
                        Random::new,
                        "log",
                        events::add,
                        nanos -> {},
                        () -> {})),
                "groups",
                ConfigFactory.parseString(
                                "pekko.actor.provider = local, pekko.loglevel = OFF, " + "pekko.stdout-loglevel = OFF")
                        .withFallback(ConfigFactory.load()));
        system = started;
        EventLogs.of(Adapter.toClassic(started)).add("log", log);
        started.tell(new GroupsActor.Message.Begin(false));
        awaitPut("first");
        return log;
    }

    @AfterEach
    void stop() throws Exception {
        ActorSystem<Received> started = system;
        if (started != null) {
            started.terminate();
            started.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
        RocksPartitionStore opened = engine;
        if (opened != null) {
            opened.close();
        }
    }

    private static RecordKey key(String name) {
        Bytes key = Bytes.ofUtf8(name);
        return new RecordKey(SET, TokenHash.tokenOf("b", key), "b", 1, key);
    }

    private KeyReply ask(LedRequest request) throws Exception {
        CompletableFuture<KeyReply> reply = new CompletableFuture<>();
        table.submit(request, Duration.ofSeconds(2).toNanos(), waited -> true, reply::complete);
        return reply.get(20, TimeUnit.SECONDS);
    }

    private KeyReply put(String name) throws Exception {
        RequestId id = new RequestId(Bytes.ofUtf8("r" + ids.incrementAndGet()), true);
        LedRequest.Value value = new LedRequest.Value(Bytes.ofUtf8("v"), "text/plain");
        return ask(new LedRequest.Write(key(name), value, Condition.NONE, WriteLevel.SEMI_SYNC, id));
    }

    private void awaitPut(String name) {
        Awaitility.await("a write to be taken").atMost(PATIENCE).until(() -> put(name) instanceof KeyReply.LedWritten);
    }

    private void awaitRead(String name) {
        Awaitility.await("a read of " + name).atMost(PATIENCE).until(() -> {
            KeyReply reply = ask(new LedRequest.Read(key(name), ReadLevel.LINEARIZABLE, -1, null));
            return reply instanceof KeyReply.LedRead read && read.value() != null;
        });
    }

    private void awaitLeads(int times) {
        Awaitility.await("the group to have begun " + times + " times")
                .atMost(PATIENCE)
                .until(() -> Collections.frequency(events, GroupEvent.LEADS) >= times);
    }

    @Test
    void groupWhoseLogCannotBeWrittenGoesOnWithoutARestartOfTheNode() throws Exception {
        RocksPartitionStore beside = openEngine();
        start(beside, new RocksGroupStore(beside, 1 << 20));
        disk.failNext(true);

        assertThat(put("second")).isInstanceOf(KeyReply.Refused.class);

        awaitPut("third");
        awaitRead("first");
        awaitLeads(2);
        assertThat(events).doesNotContain(GroupEvent.HALTED);
        assertThat(beside.failed()).isFalse();
    }

    /** Waits until the state on disk has all up to an entry: what fails next is then of a later one. */
    private static void awaitStored(RocksPartitionStore beside, long index) {
        Awaitility.await("the state up to entry " + index).atMost(PATIENCE).until(() -> {
            GroupCommit.Header header = new RocksGroupStore(beside, 0).open(SET).header();
            return header != null && header.index() >= index;
        });
    }

    @Test
    void groupWhoseStateCannotBeWrittenAppliesItAgain() throws Exception {
        RocksPartitionStore beside = openEngine();
        start(beside, new RocksGroupStore(beside, 1 << 20));
        awaitStored(beside, 2);
        disk.failNext(false);

        assertThat(put("second")).isInstanceOf(KeyReply.LedWritten.class);

        awaitLeads(2);
        awaitRead("second");
        awaitPut("third");
        assertThat(events).doesNotContain(GroupEvent.HALTED);
    }

    @Test
    void whoseVoteCannotBeWrittenHasNotVoted() {
        RocksPartitionStore beside = openEngine();
        disk.failNext(true);
        start(beside, new RocksGroupStore(beside, 1 << 20));

        List<GroupEvent> seen = List.copyOf(events);
        assertThat(seen.subList(0, seen.indexOf(GroupEvent.LEADS)))
                .as("it stood for election, ended, and stood again")
                .filteredOn(event -> event == GroupEvent.STANDS)
                .hasSize(2);
    }

    @Test
    void groupGoesOnAfterTheEngineWasOpenedAgainForOthers() throws Exception {
        RocksPartitionStore beside = openEngine();
        GroupStore store = new RocksGroupStore(beside, 1 << 20);
        EventLog log = start(beside, store);
        disk.failNext(true);
        CompletableFuture<Boolean> failed = new CompletableFuture<>();
        log.append(
                "another",
                log.generation(),
                List.of(new EventLog.Event(1, Bytes.ofUtf8("e"))),
                failure -> failed.complete(failure != null));
        assertThat(failed.get(20, TimeUnit.SECONDS)).isTrue();
        Awaitility.await("the engine to be opened again")
                .atMost(PATIENCE)
                .until(() -> store.generation() == 1 && store.refusal() == null);

        awaitPut("second");

        awaitRead("first");
        assertThat(events).doesNotContain(GroupEvent.HALTED);
    }

    @Test
    void stateIsOpenedOnceTheStoreHasDoneWhatTheOneBeforeGaveIt() throws Exception {
        HeldStore store = new HeldStore();
        start(openEngine(), store);
        store.steps.clear();
        store.held = true;
        awaitPut("second");
        GroupInlet inlet = table.inlet(SET);
        assertThat(inlet).isNotNull();
        inlet.tell(PoisonPill.getInstance());
        Awaitility.await("the next one to come to its state")
                .atMost(PATIENCE)
                .until(() -> store.steps.contains("asked"));

        store.letGo();

        awaitPut("third");
        // A copy: the store goes on meanwhile.
        List<String> steps = List.copyOf(store.steps);
        assertThat(steps.subList(0, steps.indexOf("opened")))
                .as("what was done before the state was opened")
                .contains("asked", "stored 3");
        awaitRead("second");
    }
}
