package io.quorate.node.storage;

import static io.quorate.node.fixture.TestKeys.dot;
import static io.quorate.node.fixture.TestKeys.keyIn;
import static io.quorate.node.fixture.TestKeys.set;
import static io.quorate.node.fixture.TestKeys.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.fixture.ReplicaRig;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.PartitionStore.Completion;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link PartitionStore} owes its replicas. */
abstract class PartitionStoreContract {
    static final int PARTITION = 3;

    private final BlockingQueue<Completion> completions = new LinkedBlockingQueue<>();
    private PartitionStore store;

    /** Opens the store, empty at first and later with all that was completed. */
    abstract PartitionStore open();

    /** Closes what {@link #open} gave, in order. */
    abstract void close();

    /** Changes a record behind the store's back; null takes it away. */
    abstract void tamper(RecordKey key, @Nullable Consumer<byte[]> change);

    @BeforeEach
    void start() {
        store = open();
        store.listen(completions::add);
    }

    PartitionStore store() {
        return store;
    }

    PartitionStore reopen() {
        close();
        start();
        return store;
    }

    @Test
    void nothingIsStoredAtFirst() {
        PartitionStore.Opened opened = store.open(set(PARTITION));
        assertThat(opened.header()).isNull();
        assertThat(opened.remnants()).isEmpty();
        assertThat(opened.leaves().get(7)).isEqualTo(LeafTable.Sum.ZERO);
        assertThat(store.read(keyIn(PARTITION, 0))).isEqualTo(KeyState.EMPTY);
        assertThat(store.replicaSets()).isEmpty();
        assertThat(store.verifyLeaf(set(PARTITION), 7)).isTrue();
        assertThat(store.findRequest(set(PARTITION), Bytes.wrap(new byte[16]), 5))
                .isNull();
    }

    @Test
    void allOfACommitIsThereOnceItIsCompletedAndAfterReopening() {
        RecordKey one = keyIn(PARTITION, 0);
        RecordKey two = keyIn(PARTITION, 1);
        KeyState value = state("n1", 1);
        KeyState remnant = KeyState.of(List.of(), CausalContext.EMPTY.with(dot("n2", PARTITION, 9, 5)));
        Commit.RequestEntry request = entry(40, 1);
        Commit commit = new Commit(
                1, set(PARTITION), List.of(change(one, value, 11), change(two, remnant, 12)), header(77, 1), request);
        store.commit(commit);
        assertThat(completed().commit()).isEqualTo(commit);
        for (int round = 0; round < 2; round++) {
            assertThat(store.read(one)).isEqualTo(value);
            assertThat(store.read(two)).isEqualTo(remnant);
            PartitionStore.Opened opened = store.open(set(PARTITION));
            assertThat(opened.header()).isEqualTo(header(77, 1));
            assertThat(opened.leaves().get(11)).isEqualTo(new LeafTable.Sum(11, 1));
            assertThat(opened.leaves().get(12)).isEqualTo(new LeafTable.Sum(12, 1));
            assertThat(opened.leaves().get(13)).isEqualTo(LeafTable.Sum.ZERO);
            assertThat(opened.remnants())
                    .containsOnlyKeys(one, two)
                    .containsValue(new PartitionStore.Remnant(remnant.context(), true))
                    .containsValue(new PartitionStore.Remnant(value.context(), false));
            assertThat(store.findRequest(set(PARTITION), request.id(), 40)).isEqualTo(request);
            assertThat(store.replicaSets()).containsExactly(set(PARTITION));
            reopen();
        }
    }

    @Test
    void aLaterCommitReplacesWhatItNamesAndNothingElse() {
        RecordKey one = keyIn(PARTITION, 0);
        RecordKey two = keyIn(PARTITION, 1);
        commit(1, change(one, state("n1", 1), 1), change(two, state("n1", 2), 2));
        commit(2, change(one, KeyState.EMPTY, 1));
        assertThat(store.read(one)).isEqualTo(KeyState.EMPTY);
        assertThat(store.read(two)).isEqualTo(state("n1", 2));
        assertThat(store.keysOf(set(PARTITION), TestKeys.BUCKET, 1, 10)).containsExactly(two);
    }

    @Test
    void aRemnantIsListedUntilItIsReplacedOrRemoved() {
        RecordKey key = keyIn(PARTITION, 0);
        KeyState remnant = KeyState.of(List.of(), CausalContext.EMPTY.with(dot("n2", PARTITION, 9, 5)));
        commit(1, change(key, remnant, 1));
        assertThat(store.open(set(PARTITION)).remnants()).containsOnlyKeys(key);
        KeyState whole = KeyState.of(state("n1", 3).versions(), CausalContext.EMPTY);
        commit(2, change(key, whole, 1));
        assertThat(store.open(set(PARTITION)).remnants()).isEmpty();
        commit(3, change(key, remnant, 1));
        commit(4, change(key, KeyState.EMPTY, 1));
        assertThat(store.open(set(PARTITION)).remnants()).isEmpty();
    }

    @Test
    void aKeyWithAVersionIsListedWhileItHoldsAContextUntilThatIsSettled() {
        RecordKey key = keyIn(PARTITION, 0);
        commit(1, change(key, state("n1", 3), 1));
        reopen();
        assertThat(store.open(set(PARTITION)).remnants())
                .containsOnly(
                        Map.entry(key, new PartitionStore.Remnant(state("n1", 3).context(), false)));
        commit(2, change(key, KeyState.of(state("n1", 3).versions(), CausalContext.EMPTY), 1));
        assertThat(store.open(set(PARTITION)).remnants()).isEmpty();
        assertThat(store.read(key).versions()).hasSize(1);
    }

    @Test
    void completionsOfAReplicaSetComeInTheOrderOfItsCommits() {
        List<ReplicaSetId> sets = List.of(set(1), set(2), new ReplicaSetId(1, 1));
        for (int i = 1; i <= 300; i++) {
            for (ReplicaSetId set : sets) {
                RecordKey found = keyIn(set.partition(), i % 5);
                RecordKey key = new RecordKey(set, found.token(), found.bucket(), found.generation(), found.key());
                store.commit(new Commit(i, set, List.of(change(key, state("n1", i), 1)), header(5, i), null));
            }
        }
        long[] last = new long[sets.size()];
        for (int i = 0; i < 300 * sets.size(); i++) {
            Commit done = completed().commit();
            int index = sets.indexOf(done.set());
            assertThat(done.id()).isEqualTo(last[index] + 1);
            last[index] = done.id();
        }
        for (ReplicaSetId set : sets) {
            assertThat(store.open(set).header()).isEqualTo(header(5, 300));
        }
        assertThat(store.replicaSets()).containsExactlyInAnyOrderElementsOf(sets);
    }

    @Test
    void replicaSetsOfOnePartitionSeeNothingOfEachOther() {
        RecordKey key = keyIn(PARTITION, 0);
        RecordKey other =
                new RecordKey(new ReplicaSetId(1, PARTITION), key.token(), key.bucket(), key.generation(), key.key());
        commit(1, change(key, state("n1", 1), 1));
        assertThat(store.read(other)).isEqualTo(KeyState.EMPTY);
        assertThat(store.open(other.set()).header()).isNull();
        assertThat(store.open(other.set()).leaves().get(1)).isEqualTo(LeafTable.Sum.ZERO);
    }

    @Test
    void keysOfOneBucketAndGenerationAreListedUpToTheLimit() {
        commit(
                1,
                change(keyIn("carts", 1, PARTITION, 0), state("n1", 1), 1),
                change(keyIn("carts", 1, PARTITION, 1), state("n1", 2), 1),
                change(keyIn("carts", 2, PARTITION, 0), state("n1", 3), 1),
                change(keyIn("cart", 1, PARTITION, 0), state("n1", 4), 1),
                change(keyIn("carts", 1, PARTITION, 2), state("n1", 5), 1));
        assertThat(store.keysOf(set(PARTITION), "carts", 1, 10))
                .containsExactlyInAnyOrder(
                        keyIn("carts", 1, PARTITION, 0),
                        keyIn("carts", 1, PARTITION, 1),
                        keyIn("carts", 1, PARTITION, 2));
        assertThat(store.keysOf(set(PARTITION), "carts", 1, 2)).hasSize(2);
        assertThat(store.keysOf(set(PARTITION), "carts", 2, 10)).containsExactly(keyIn("carts", 2, PARTITION, 0));
        assertThat(store.keysOf(set(4), "carts", 1, 10)).isEmpty();
    }

    @Test
    void keysAreListedInPagesThatTogetherHoldEachOnce() {
        for (int i = 0; i < 7; i++) {
            commit(i + 1, change(keyIn("carts", 1, PARTITION, i), state("n1", i + 1), 1));
        }
        List<RecordKey> all = new ArrayList<>();
        List<RecordKey> page = store.keysAfter(set(PARTITION), null, 3);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(3);
            all.addAll(page);
            page = store.keysAfter(set(PARTITION), page.get(page.size() - 1), 3);
        }
        assertThat(all).hasSize(7).doesNotHaveDuplicates();
        assertThat(store.keysAfter(set(4), null, 10)).isEmpty();
    }

    @Test
    void keysOfAnyBytesAreKeptApart() {
        List<Bytes> keys = List.of(
                Bytes.EMPTY,
                Bytes.wrap(new byte[] {0}),
                Bytes.wrap(new byte[] {(byte) 0xff}),
                Bytes.wrap(new byte[] {(byte) 0xc3, 0x28}),
                Bytes.wrap(new byte[1024]));
        List<RecordKey> records =
                keys.stream().map(key -> TestKeys.key("carts", 1, key)).toList();
        for (int i = 0; i < records.size(); i++) {
            RecordKey key = records.get(i);
            store.commit(new Commit(
                    1 + i,
                    key.set(),
                    List.of(change(key, state(key.set().partition(), "n1", 1 + i), 1)),
                    header(5, 1),
                    null));
            completed();
        }
        reopen();
        for (int i = 0; i < records.size(); i++) {
            assertThat(store.read(records.get(i)))
                    .isEqualTo(state(records.get(i).set().partition(), "n1", 1 + i));
        }
    }

    @Test
    void aRequestIsRememberedInItsEraAndTheNext() {
        Commit.RequestEntry request = entry(40, 3);
        store.commit(new Commit(1, set(PARTITION), List.of(), header(5, 1), request));
        completed();
        assertThat(store.findRequest(set(PARTITION), request.id(), 40)).isEqualTo(request);
        assertThat(store.findRequest(set(PARTITION), request.id(), 41)).isEqualTo(request);
        assertThat(store.findRequest(set(PARTITION), request.id(), 42)).isNull();
        assertThat(store.findRequest(set(PARTITION), request.id(), 39)).isNull();
        assertThat(store.findRequest(set(4), request.id(), 40)).isNull();
        store.commit(new Commit(2, set(PARTITION), List.of(), header(5, 1), entry(41, 4)));
        completed();
        assertThat(store.findRequest(set(PARTITION), request.id(), 41)).isEqualTo(request);
    }

    @Test
    void retiredActorsAreKept() {
        assertThat(store.retired()).isEmpty();
        RetiredActor one = new RetiredActor(set(PARTITION), new ActorId(NodeId.of("n1"), PARTITION, -7));
        RetiredActor two = new RetiredActor(new ReplicaSetId(2, 300), new ActorId(NodeId.of("node-2"), 300, 8));
        for (RetiredActor each : List.of(one, two, two)) {
            Commit commit = Commit.ofRetired(1, each);
            store.commit(commit);
            assertThat(completed().commit()).isEqualTo(commit);
        }
        assertThat(store.retired()).containsExactlyInAnyOrder(one, two);
        assertThat(store.replicaSets()).as("a promise makes no replica").isEmpty();
    }

    @Test
    void leavesAgreeWithTheRecordsThatReplicasWrite() {
        ReplicaRig rig = new ReplicaRig("n1", PARTITION, store);
        for (int i = 0; i < 40; i++) {
            RecordKey key = keyIn(PARTITION, i % 13);
            if (i % 5 == 4) {
                rig.delete(key, rig.replica().newest(key).context());
            } else {
                rig.put(
                        key,
                        i % 3 == 0
                                ? CausalContext.EMPTY
                                : rig.replica().newest(key).context(),
                        "v" + i);
            }
        }
        rig.settle();
        for (int i = 0; i < 13; i++) {
            assertThat(store.verifyLeaf(set(PARTITION), rig.replica().leafOf(keyIn(PARTITION, i))))
                    .isTrue();
        }
    }

    @Test
    void aKeyPutAndDeletedOverAndOverLeavesNothingOfIt() {
        RecordKey key = keyIn(PARTITION, 0);
        ReplicaRig rig = new ReplicaRig("n1", PARTITION, store);
        for (int i = 0; i < 500; i++) {
            rig.put(key, CausalContext.EMPTY, "v" + i);
            if (i % 50 == 0) {
                rig.settle();
                assertThat(store.keysOf(set(PARTITION), TestKeys.BUCKET, 1, 10)).containsExactly(key);
            }
            rig.delete(key, rig.replica().newest(key).context());
        }
        rig.settle();
        int leaf = rig.replica().leafOf(key);
        for (int round = 0; round < 2; round++) {
            PartitionStore.Opened opened = store.open(set(PARTITION));
            assertThat(store.keysOf(set(PARTITION), TestKeys.BUCKET, 1, 10)).isEmpty();
            assertThat(opened.remnants()).isEmpty();
            assertThat(opened.leaves().get(leaf)).isEqualTo(LeafTable.Sum.ZERO);
            assertThat(store.verifyLeaf(set(PARTITION), leaf)).isTrue();
            Commit.Header header = Objects.requireNonNull(opened.header());
            assertThat(header.keys()).isZero();
            assertThat(header.versions()).isZero();
            assertThat(header.clock().length()).isLessThan(40);
            reopen();
        }
    }

    @Test
    void aRecordThatVanishedIsNoticedByItsLeaf() {
        RecordKey key = keyIn(PARTITION, 0);
        ReplicaRig rig = written(key);
        tamper(key, null);
        assertThat(store.read(key)).isEqualTo(KeyState.EMPTY);
        assertThat(store.verifyLeaf(set(PARTITION), rig.replica().leafOf(key))).isFalse();
    }

    @Test
    void aRecordWithAnyByteChangedIsAnErrorAndNeverAnAbsence() {
        RecordKey key = keyIn(PARTITION, 0);
        ReplicaRig rig = written(key);
        int length = RecordCodec.state(store.read(key)).length;
        for (int i = 0; i < length; i++) {
            int at = i;
            tamper(key, bytes -> bytes[at] ^= 0x10);
            assertThatThrownBy(() -> store.read(key)).isInstanceOf(CorruptRecordException.class);
            assertThat(leafIsProved(rig.replica().leafOf(key))).isFalse();
            assertThat(store.keysOf(set(PARTITION), TestKeys.BUCKET, 1, 10)).containsExactly(key);
            tamper(key, bytes -> bytes[at] ^= 0x10);
        }
        assertThat(store.read(key).versions()).hasSize(1);
        assertThat(leafIsProved(rig.replica().leafOf(key))).isTrue();
    }

    @Test
    void oneCorruptRecordDoesNotKeepTheReplicaFromOpening() {
        RecordKey value = keyIn(PARTITION, 0);
        RecordKey remnant = keyIn(PARTITION, 1);
        RecordKey sound = keyIn(PARTITION, 2);
        KeyState left = KeyState.of(List.of(), CausalContext.EMPTY.with(dot("n2", PARTITION, 9, 5)));
        commit(1, change(value, state("n1", 1), 1), change(remnant, left, 2), change(sound, left, 3));
        tamper(value, bytes -> bytes[bytes.length - 1] ^= 1);
        tamper(remnant, bytes -> bytes[bytes.length - 1] ^= 1);
        reopenWhereTampered();
        assertThat(store.open(set(PARTITION)).remnants()).containsOnlyKeys(sound);
        assertThatThrownBy(() -> store.read(remnant)).isInstanceOf(CorruptRecordException.class);
    }

    void reopenWhereTampered() {
        reopen();
    }

    private ReplicaRig written(RecordKey key) {
        ReplicaRig rig = new ReplicaRig("n1", PARTITION, store);
        rig.put(key, CausalContext.EMPTY, "value");
        rig.settle();
        assertThat(store.verifyLeaf(set(PARTITION), rig.replica().leafOf(key))).isTrue();
        return rig;
    }

    private boolean leafIsProved(int leaf) {
        try {
            return store.verifyLeaf(set(PARTITION), leaf);
        } catch (CorruptRecordException e) {
            return false;
        }
    }

    Completion completed() {
        try {
            Completion done = completions.poll(20, TimeUnit.SECONDS);
            if (done == null) {
                throw new AssertionError("no completion within 20 s");
            }
            assertThat(done.failure()).isNull();
            return done;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    boolean nothingCompleted() {
        return completions.isEmpty();
    }

    void commit(long id, Commit.Change... changes) {
        store.commit(new Commit(id, set(PARTITION), List.of(changes), header(5, id), null));
        assertThat(completed().commit().id()).isEqualTo(id);
    }

    static Commit.Change change(RecordKey key, KeyState state, int leaf) {
        boolean remnant = PartitionStore.Remnant.of(state) != null;
        return new Commit.Change(key, state, remnant, leaf, new LeafTable.Sum(leaf, 1));
    }

    static KeyState state(String node, long counter) {
        return state(PARTITION, node, counter);
    }

    static KeyState state(int partition, String node, long counter) {
        Dot dot = dot(node, partition, 6, counter);
        return KeyState.of(List.of(version(dot, "value " + counter)), CausalContext.EMPTY.with(dot));
    }

    static Commit.Header header(long incarnation, long top) {
        PartitionClock clock = new PartitionClock();
        clock.addRange(dot("n1", PARTITION, 6, 1).actor(), 1, top);
        ByteSink out = new ByteSink();
        VersionCodec.writeClock(out, clock);
        return new Commit.Header(incarnation, out.toBytes(), top, top + 1, 2);
    }

    static Commit.RequestEntry entry(int era, int seed) {
        byte[] id = new byte[16];
        for (int i = 0; i < 16; i++) {
            id[i] = (byte) (seed * 31 + i);
        }
        CausalContext seen = CausalContext.EMPTY.with(dot("n2", PARTITION, 8, seed + 1));
        return new Commit.RequestEntry(Bytes.wrap(id), era, seed * 1_000_003L, dot("n1", PARTITION, 6, seed), seen);
    }
}
