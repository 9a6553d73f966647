package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.request.LedVersions;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksGroupStoreTest {
    private static final ReplicaSetId SET = ReplicaSetId.led(3, 5);
    private static final Bytes MEMBERS =
            Configuration.of(List.of(NodeId.of("n1"))).encode();
    private static final GroupCommit.RequestCount REQUESTS = new GroupCommit.RequestCount(300, 2);

    @TempDir
    private Path folder;

    private RocksPartitionStore beside;
    private RocksGroupStore store;

    @BeforeEach
    void open() {
        beside = new RocksPartitionStore(
                RocksColumns.open(folder, SyncMode.GROUP),
                new PartitionCount(64),
                Thread::new,
                System::nanoTime,
                WriteObserver.NONE);
        store = new RocksGroupStore(beside, 1 << 20);
    }

    @AfterEach
    void close() {
        beside.close();
    }

    private static RecordKey key(ReplicaSetId set, String name) {
        return new RecordKey(set, name.hashCode(), "b", 1, Bytes.ofUtf8(name));
    }

    private static KeyState state(int partition, long index, String value) {
        Version version = new Version(
                LedVersions.dotOf(partition, new VersionTag(2, index)),
                Bytes.ofUtf8(value),
                "text/plain",
                7,
                Bytes.ofUtf8("r"));
        return new KeyState(ImmutableList.of(version), CausalContext.EMPTY);
    }

    private static GroupCommit commit(
            GroupStore store, ReplicaSetId set, long index, long millis, boolean endsEra, Commit.Change... changes) {
        return new GroupCommit(
                set,
                store.generation(),
                ImmutableList.copyOf(changes),
                new GroupCommit.Header(index, 2, MEMBERS, millis, changes.length, REQUESTS),
                ImmutableList.of(new GroupCommit.Remembered(
                        Bytes.ofUtf8("request-" + index), (int) (millis / GroupCommit.ERA_MILLIS), 9, true, 2, index)),
                endsEra);
    }

    private static Commit.Change change(RecordKey key, KeyState state, int leaf) {
        return new Commit.Change(key, state, false, leaf, new LeafTable.Sum(1, leaf));
    }

    /** Waits for the end of a change; why it was not made, if it was not. */
    private static @Nullable StorageException end(Consumer<Consumer<@Nullable StorageException>> change)
            throws Exception {
        CompletableFuture<String> ended = new CompletableFuture<>();
        StorageException[] failure = new StorageException[1];
        change.accept(why -> {
            failure[0] = why;
            ended.complete("");
        });
        assertThat(ended.get(20, TimeUnit.SECONDS)).isEmpty();
        return failure[0];
    }

    private void write(GroupCommit commit) throws Exception {
        assertThat(end(done -> store.commit(commit, done))).isNull();
    }

    @Test
    void aTurnIsFoundAfterAStart() throws Exception {
        RecordKey key = key(SET, "a");
        write(commit(store, SET, 4, 1_000, false, change(key, state(5, 4, "v"), 11)));
        beside.close();
        open();

        GroupCommit.Opened opened = store.open(SET);

        assertThat(opened.header()).isEqualTo(new GroupCommit.Header(4, 2, MEMBERS, 1_000, 1, REQUESTS));
        assertThat(opened.leaves().get(11)).isEqualTo(new LeafTable.Sum(1, 11));
        assertThat(store.read(key)).isEqualTo(state(5, 4, "v"));
        assertThat(store.findRequest(SET, Bytes.ofUtf8("request-4"), 0)).isNotNull();
    }

    @Test
    void whatIsGivenUpStaysSoUntilAnotherStateIsThere() throws Exception {
        RecordKey key = key(SET, "a");
        write(commit(store, SET, 4, 1_000, false, change(key, state(5, 4, "v"), 11)));
        assertThat(store.isGivenUp(SET)).isFalse();

        assertThat(end(done -> store.giveUp(SET, done))).isNull();
        beside.close();
        open();

        assertThat(store.isGivenUp(SET)).isTrue();
        assertThat(store.isGivenUp(ReplicaSetId.led(3, 6))).isFalse();
        assertThat(end(done -> store.beginInstall(SET, done))).isNull();
        assertThat(store.isGivenUp(SET)).isTrue();
        GroupCommit.Header next = new GroupCommit.Header(9, 2, MEMBERS, 2_000, 0, REQUESTS);
        assertThat(end(done -> store.endInstall(SET, next, done))).isNull();
        assertThat(store.isGivenUp(SET)).isFalse();
        assertThat(store.open(SET).header()).isEqualTo(next);
        assertThat(store.read(key)).isEqualTo(KeyState.EMPTY);
    }

    @Test
    void aHeaderThatIsWholeButOfAnotherFormatIsNotTheDisksFault() {
        byte[] good = GroupRecordCodec.header(new GroupCommit.Header(9, 2, MEMBERS, 2_000, 0, REQUESTS), false);
        byte[] damaged = good.clone();
        damaged[damaged.length / 2] ^= 1;
        byte[] later = RecordCodec.sealed(new ByteSink(8).u8(RecordCodec.FORMAT + 1));

        assertThatThrownBy(() -> GroupRecordCodec.readHeader(damaged))
                .isInstanceOfSatisfying(
                        CorruptRecordException.class,
                        e -> assertThat(e.isDamage()).isTrue());
        assertThatThrownBy(() -> GroupRecordCodec.readHeader(Arrays.copyOf(good, 3)))
                .isInstanceOfSatisfying(
                        CorruptRecordException.class,
                        e -> assertThat(e.isDamage()).isTrue());
        assertThatThrownBy(() -> GroupRecordCodec.readHeader(later))
                .isInstanceOfSatisfying(
                        CorruptRecordException.class,
                        e -> assertThat(e.isDamage()).isFalse());
    }

    @Test
    void aGroupSharesNothingWithTheLeaderlessReplicasOfItsPartition() throws Exception {
        write(commit(store, SET, 4, 1_000, false, change(key(SET, "a"), state(5, 4, "v"), 11)));

        ReplicaSetId leaderless = new ReplicaSetId(3, 5);

        assertThat(beside.replicaSets()).isEmpty();
        assertThat(beside.read(key(leaderless, "a"))).isEqualTo(KeyState.EMPTY);
        assertThat(beside.keysAfter(leaderless, null, 10)).isEmpty();
        assertThat(beside.open(leaderless).leaves().root()).isEqualTo(LeafTable.Sum.ZERO);
        assertThat(store.open(ReplicaSetId.led(3, 6)).header()).isNull();
    }

    @Test
    void whatIsDeletedIsGone() throws Exception {
        RecordKey key = key(SET, "a");
        write(commit(store, SET, 4, 1_000, false, change(key, state(5, 4, "v"), 11)));
        write(commit(store, SET, 5, 1_000, false, change(key, KeyState.EMPTY, 11)));

        assertThat(store.read(key)).isEqualTo(KeyState.EMPTY);
    }

    @Test
    void requestsAreForgottenWhenTheLogsTimeHasPassedThem() throws Exception {
        long era = GroupCommit.ERA_MILLIS;
        write(commit(store, SET, 1, 0, false));
        write(commit(store, SET, 2, era, true));
        assertThat(store.findRequest(SET, Bytes.ofUtf8("request-1"), 1)).isNotNull();
        write(commit(store, SET, 3, 2 * era, true));

        assertThat(store.findRequest(SET, Bytes.ofUtf8("request-1"), 1)).isNull();
        assertThat(store.findRequest(SET, Bytes.ofUtf8("request-2"), 2)).isNotNull();
        assertThat(store.findRequest(SET, Bytes.ofUtf8("request-3"), 2)).isNotNull();
    }

    @Test
    void whatBuildsOnAnEarlierOpeningIsRefused() throws Exception {
        GroupCommit good = commit(store, SET, 1, 0, false);
        GroupCommit stale = new GroupCommit(
                SET, good.generation() - 1, good.changes(), good.header(), good.requests(), good.endsEra());

        assertThat(end(done -> store.commit(stale, done))).isNotNull();
        assertThat(store.open(SET).header()).isNull();
        write(good);
    }

    /** Everything in an image goes to another group, piece by piece. */
    private void copy(ReplicaSetId from, ReplicaSetId to, int pieceBytes) throws Exception {
        try (GroupStore.Image image = store.image(from)) {
            // What comes after the image was taken is not in it.
            write(commit(store, from, 9, 2_000, false, change(key(from, "late"), state(5, 9, "late"), 3)));
            assertThat(end(done -> store.beginInstall(to, done))).isNull();
            for (ImmutableList<GroupCommit.Row> rows = image.next(pieceBytes);
                    !rows.isEmpty();
                    rows = image.next(pieceBytes)) {
                ImmutableList<GroupCommit.Row> piece = rows;
                assertThat(end(done -> store.install(to, piece, done))).isNull();
            }
            assertThat(end(done -> store.endInstall(to, image.header(), done))).isNull();
        }
    }

    @Test
    void aStateThatComesInTakesThePlaceOfThePresentOne() throws Exception {
        ReplicaSetId other = ReplicaSetId.led(3, 6);
        for (int i = 1; i <= 5; i++) {
            write(commit(store, SET, i, 1_000, false, change(key(SET, "k" + i), state(5, i, "v" + i), i)));
        }
        write(commit(store, other, 2, 500, false, change(key(other, "old"), state(6, 2, "old"), 8)));
        for (int pieceBytes : new int[] {1, 100, 1 << 20}) {
            copy(SET, other, pieceBytes);
            GroupCommit.Opened opened = store.open(other);
            GroupCommit.Header header = opened.header();
            assertThat(header).isNotNull();
            assertThat(opened.leaves().get(8)).isEqualTo(LeafTable.Sum.ZERO);
            assertThat(opened.leaves().get(5)).isEqualTo(new LeafTable.Sum(1, 5));
            assertThat(store.read(key(other, "old"))).isEqualTo(KeyState.EMPTY);
            assertThat(store.read(key(other, "k3")).versions()).hasSize(1);
            assertThat(store.findRequest(other, Bytes.ofUtf8("request-5"), 0)).isNotNull();
        }
    }

    @Test
    void aStateThatDoesNotComeToItsEndChangesNothing() throws Exception {
        ReplicaSetId other = ReplicaSetId.led(3, 6);
        write(commit(store, SET, 1, 1_000, false, change(key(SET, "k"), state(5, 1, "v"), 1)));
        write(commit(store, other, 2, 500, false, change(key(other, "old"), state(6, 2, "old"), 8)));
        try (GroupStore.Image image = store.image(SET)) {
            assertThat(end(done -> store.beginInstall(other, done))).isNull();
            ImmutableList<GroupCommit.Row> rows = image.next(1 << 20);
            assertThat(end(done -> store.install(other, rows, done))).isNull();
        }
        beside.close();
        open();

        assertThat(store.open(other).header())
                .extracting(GroupCommit.Header::index)
                .isEqualTo(2L);
        assertThat(store.read(key(other, "old"))).isEqualTo(state(6, 2, "old"));
        assertThat(store.read(key(other, "k"))).isEqualTo(KeyState.EMPTY);
    }

    @Test
    void keysAreGivenPieceByPieceInEitherPlace() throws Exception {
        for (int i = 1; i <= 9; i++) {
            write(commit(store, SET, i, 1_000, false, change(key(SET, "k" + i), state(5, i, "v"), 1)));
            ReplicaSetId beyond = ReplicaSetId.led(3, 6);
            write(commit(store, beyond, i, 1_000, false, change(key(beyond, "k" + i), state(6, i, "v"), 1)));
        }
        write(commit(store, SET, 10, 1_000, false, change(key(SET, "k3"), KeyState.EMPTY, 1)));
        List<RecordKey> all = store.keysAfter(SET, null, 100);
        assertThat(all).hasSize(8).allMatch(key -> key.set().equals(SET)).doesNotContain(key(SET, "k3"));
        assertThat(store.keysAfter(SET, null, 3)).isEqualTo(all.subList(0, 3));
        assertThat(store.keysAfter(SET, all.get(2), 3)).isEqualTo(all.subList(3, 6));
        assertThat(store.keysAfter(SET, all.get(5), 3)).isEqualTo(all.subList(6, 8));

        copy(SET, SET, 100);

        assertThat(store.keysAfter(SET, null, 100)).isEqualTo(all);
        assertThat(store.keysAfter(SET, all.get(3), 100)).isEqualTo(all.subList(4, 8));
    }

    @Test
    void aGroupWithoutAStateHasNoneToSend() {
        assertThatThrownBy(() -> store.image(SET)).isInstanceOf(StorageException.class);
    }

    /** Rows of a state as nobody makes them; {@code good} is one of each kind as they are. */
    private static List<GroupCommit.Row> damaged(List<GroupCommit.Row> good) {
        List<GroupCommit.Row> bad = new ArrayList<>();
        for (GroupCommit.Row row : good) {
            byte[] value = row.value().toByteArray();
            Bytes cut = Bytes.copyOf(value, 0, value.length - 1);
            value[value.length / 2] ^= 1;
            bad.add(new GroupCommit.Row(row.kind(), row.key(), cut));
            bad.add(new GroupCommit.Row(row.kind(), Bytes.ofUtf8("x"), row.value()));
            bad.add(new GroupCommit.Row('G', row.key(), row.value()));
            bad.add(new GroupCommit.Row(256 + row.kind(), row.key(), row.value()));
            if (row.kind() != GroupRecordCodec.LEAF) {
                // A leaf has no checksum: it is compared with those of the other members.
                bad.add(new GroupCommit.Row(row.kind(), row.key(), Bytes.wrap(value)));
            }
        }
        return bad;
    }

    @Test
    void damageInAStateThatComesInEndsTheStepBeforeAnythingIsWritten() throws Exception {
        write(commit(store, SET, 1, 1_000, false, change(key(SET, "k"), state(5, 1, "v"), 1)));
        ReplicaSetId other = new ReplicaSetId(3, 5);
        List<GroupCommit.Row> good;
        try (GroupStore.Image image = store.image(SET)) {
            good = image.next(1 << 20);
        }
        assertThat(good).extracting(GroupCommit.Row::kind).containsExactly(0, (int) 'L', (int) 'Q');
        assertThat(end(done -> store.beginInstall(SET, done))).isNull();
        for (GroupCommit.Row bad : damaged(good)) {
            assertThat(end(done -> store.install(SET, ImmutableList.of(good.get(0), bad), done)))
                    .as("kind %d, key %s", bad.kind(), bad.key())
                    .hasMessageContaining("damaged");
        }
        assertThat(end(done -> store.endInstall(SET, new GroupCommit.Header(2, 2, MEMBERS, 1_000, 0, REQUESTS), done)))
                .isNull();
        assertThat(store.read(key(SET, "k"))).isEqualTo(KeyState.EMPTY);
        assertThat(beside.read(key(other, "k"))).isEqualTo(KeyState.EMPTY);
    }
}
