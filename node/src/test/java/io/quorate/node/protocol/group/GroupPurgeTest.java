package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.HardState;
import io.quorate.node.protocol.raft.RaftRules;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group of one, whose disk takes everything at once. */
class GroupPurgeTest {
    private static final NodeId N1 = NodeId.of("n1");
    private static final ReplicaSetId SET = ReplicaSetId.led(1, 0);
    private static final long STEP = 25_000_000L;

    private final MemoryGroupStore store = new MemoryGroupStore();
    private final List<Ready.Write> log = new ArrayList<>();
    private final Deque<Runnable> ended = new ArrayDeque<>();
    private final List<String> notes = new ArrayList<>();
    private final AtomicLong ids = new AtomicLong();
    private Group group;
    private long now;

    private final class Output implements Group.Output {
        @Override
        public void persist(Ready.Write write) {
            Group asked = group;
            log.add(write);
            ended.add(() -> asked.onPersisted(write.id(), now));
        }

        @Override
        public void store(StateMachine.Turn turn) {
            Group asked = group;
            ended.add(() -> store.commit(turn.commit(), failure -> asked.onStored(turn)));
        }

        @Override
        public void send(NodeId to, GroupMessage message) {
            throw new AssertionError("nobody else is there");
        }

        @Override
        public void compacted(Base base, HardState state) {}

        @Override
        public void install(InstallStep step, InstallStep.Ended then) {
            throw new AssertionError("nobody sends a state");
        }

        @Override
        public void note(String what, boolean alarming) {
            notes.add(what);
        }

        @Override
        public void happened(GroupEvent event) {}

        @Override
        public void committed(long nanos) {}
    }

    @BeforeEach
    void start() {
        Group.Around around = new Group.Around(
                N1,
                SET,
                ImmutableList.of(N1),
                store,
                new PartitionCount(1),
                NodeLiveness.NONE,
                () -> 1_000 + now / 1_000_000,
                ids::incrementAndGet,
                new Random(7),
                CheckSlots.UNBOUNDED,
                LogBudget.unbounded());
        FoundLog found = new FoundLog(new Base(0, 0, Configuration.of(List.of(N1))));
        log.forEach(found::add);
        group = new Group(
                around,
                GroupSettings.DEFAULT,
                RaftRules.STANDARD,
                GroupRules.STANDARD,
                new Group.Found(found.base(), found.state(), found.entries()),
                new Output(),
                now);
        pass(1_000);
    }

    /** Lets so many milliseconds pass, where the group waits for that. */
    private void pass(long millis) {
        for (long end = now + millis * 1_000_000; now < end; now += STEP) {
            if (!group.isQuiet()) {
                group.tick(now);
                settle();
            }
        }
    }

    private void settle() {
        group.settle(now);
        while (!ended.isEmpty()) {
            ended.remove().run();
            group.settle(now);
        }
    }

    private static RecordKey key(String bucket, int generation, int number) {
        Bytes key = Bytes.ofUtf8("key " + number);
        return new RecordKey(SET, TokenHash.tokenOf(bucket, key), bucket, generation, key);
    }

    private void put(String bucket, int generation, int number) {
        List<KeyReply> replies = new ArrayList<>();
        LedRequest.Write write = new LedRequest.Write(
                key(bucket, generation, number),
                new LedRequest.Value(Bytes.ofUtf8("v"), "text/plain"),
                Condition.NONE,
                WriteLevel.SEMI_SYNC,
                new RequestId(Bytes.ofUtf8("id"), false));
        group.onRequest(write, now + 1_000_000_000L, false, replies::add, now);
        settle();
        assertThat(replies).singleElement().isInstanceOf(KeyReply.LedWritten.class);
    }

    private void delete(String bucket, int generation) {
        group.bucketsGone(ImmutableMap.of(bucket, generation, "never-deleted", 0), now);
    }

    private long keys() {
        return group.stand().keys();
    }

    @Test
    void keysOfDeletedGenerationsGoAndAllOthersStay() {
        for (int i = 0; i < 700; i++) {
            put("gone", 1 + i % 3, i);
            put("stays", 1, i);
        }
        LeafTable.Sum before = group.stand().sum();
        delete("gone", 2);
        pass(5_000);

        assertThat(keys()).isEqualTo(700 + 233);
        assertThat(group.stand().sum()).isNotEqualTo(before);
        assertThat(store.keysAfter(SET, null, 5_000))
                .hasSize(933)
                .noneMatch(key -> key.bucket().equals("gone") && key.generation() < 3);
        assertThat(notes).containsExactly("has deleted buckets' keys removed: 467");
    }

    @Test
    void groupThatRestsWakesForABucketThatIsDeletedAndRestsAgain() {
        put("gone", 1, 1);
        pass(60_000);
        assertThat(group.isQuiet()).isTrue();
        delete("gone", 1);
        pass(5_000);
        assertThat(keys()).isZero();
        pass(2 * GroupPurge.LAST_NANOS / 1_000_000);
        assertThat(group.isQuiet()).isTrue();
    }

    @Test
    void manyKeysGoAFewAtATime() {
        for (int i = 0; i < 1_000; i++) {
            put("gone", 1, i);
        }
        delete("gone", 1);
        pass(STEP / 1_000_000);

        assertThat(keys()).isEqualTo(1_000 - GroupPurge.KEYS_MAX);
        pass(5_000);
        assertThat(keys()).isZero();
    }

    @Test
    void writeThatWasOnItsWayWhenItsBucketWasDeletedGoesToo() {
        put("gone", 1, 1);
        delete("gone", 1);
        pass(5_000);
        assertThat(keys()).isZero();
        put("gone", 1, 2);
        put("gone", 2, 3);
        pass(GroupPurge.LAST_NANOS / 2_000_000);
        assertThat(keys()).isEqualTo(2);
        pass(GroupPurge.LAST_NANOS / 1_000_000);
        assertThat(keys()).isEqualTo(1);
        assertThat(store.keysAfter(SET, null, 10)).containsExactly(key("gone", 2, 3));
    }

    @Test
    void whatOneLeaderDidNotComeToTheNextOneFinds() {
        for (int i = 0; i < 1_000; i++) {
            put("gone", 1, i);
        }
        delete("gone", 1);
        pass(STEP / 1_000_000);
        assertThat(keys()).isPositive();
        // The node starts again with its log and its store, and learns only then of the bucket.
        start();
        assertThat(keys()).isEqualTo(1_000 - GroupPurge.KEYS_MAX);
        delete("gone", 1);
        pass(5_000);
        assertThat(keys()).isZero();
        assertThat(group.stand().sum()).isEqualTo(LeafTable.Sum.ZERO);
    }

    @Test
    void keysAreGivenInPiecesInAnyOrderOfCalls() {
        for (int i = 0; i < 20; i++) {
            put("b", 1, i);
        }
        List<RecordKey> found = new ArrayList<>();
        RecordKey after = null;
        ImmutableList<RecordKey> piece;
        do {
            piece = store.keysAfter(SET, after, 7);
            found.addAll(piece);
            after = piece.isEmpty() ? after : piece.get(piece.size() - 1);
        } while (piece.size() == 7);
        assertThat(found).hasSize(20).doesNotHaveDuplicates().isEqualTo(store.keysAfter(SET, null, 100));
    }
}
