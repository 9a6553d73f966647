package io.quorate.bench.sim.group;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The disk of one node: one log of all changes, of events as of the store, written in the order in which they are given. A
 * change that somebody waits for makes all before it durable; a crash keeps at least that, and of the rest any beginning.
 */
final class GroupDisk implements GroupStore {
    /** What has been written: of the group's log, and of its state. */
    private Contents contents = new Contents();
    /** What was durable when the node last started. */
    private Contents checkpoint = new Contents();
    /** What has been written since then, and up to where it is durable. */
    private final List<Consumer<Contents>> written = new ArrayList<>();

    private int synced;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final GroupBug bug;
    private final Writer writer;

    /** Tells when the disk has come to what it is given, in that order; not after a crash. */
    interface Writer {
        void afterOneWrite(Runnable ended);
    }

    /** A change on its way. */
    private record Pending(Consumer<Contents> change, boolean awaited, Runnable ended) {}

    /** What is on a disk. */
    static final class Contents {
        private MemoryGroupStore state = new MemoryGroupStore();
        private final NavigableMap<Long, Ready.Write> events = new TreeMap<>();
        private final NavigableMap<Long, Ready.Write> snapshots = new TreeMap<>();

        private Contents copy() {
            Contents copy = new Contents();
            copy.state = state.copy();
            copy.events.putAll(events);
            copy.snapshots.putAll(snapshots);
            return copy;
        }

        NavigableMap<Long, Ready.Write> events() {
            return events;
        }

        NavigableMap<Long, Ready.Write> snapshots() {
            return snapshots;
        }

        MemoryGroupStore state() {
            return state;
        }
    }

    GroupDisk(GroupBug bug, Writer writer) {
        this.bug = bug;
        this.writer = writer;
    }

    Contents contents() {
        return contents;
    }

    private void submit(Consumer<Contents> change, boolean awaited, Runnable ended) {
        pending.add(new Pending(change, awaited, ended));
        writer.afterOneWrite(() -> {
            Pending next = pending.remove();
            write(next);
            next.ended().run();
        });
    }

    private void write(Pending next) {
        next.change().accept(contents);
        written.add(next.change());
        if (next.awaited()) {
            synced = written.size();
        }
    }

    /** The node dies. Of what was not durable, and of what was under way, so many changes are kept. */
    void crash(int kept) {
        List<Consumer<Contents>> all = new ArrayList<>(written);
        pending.forEach(each -> all.add(each.change()));
        pending.clear();
        Contents found = checkpoint;
        all.subList(0, Math.min(all.size(), synced + kept)).forEach(change -> change.accept(found));
        contents = found.copy();
        checkpoint = found;
        written.clear();
        synced = 0;
    }

    /** The node has died, and another disk is put in the place of this one: nothing is on it. */
    void wipe() {
        contents = new Contents();
        checkpoint = new Contents();
    }

    /** The node has died, and next time finds that its log is damaged: it marks that first of all. */
    void spoil(ReplicaSetId set) {
        contents.state().giveUp(set, failure -> {});
        checkpoint.state().giveUp(set, failure -> {});
    }

    /** The second half of the log is gone. */
    void cutOff() {
        for (Contents each : List.of(contents, checkpoint)) {
            NavigableMap<Long, Ready.Write> events = each.events();
            if (!events.isEmpty()) {
                long first = events.firstKey();
                events.tailMap(first + (events.lastKey() - first) / 2, true).clear();
            }
        }
    }

    /** Deletes the log. */
    void forget(Runnable ended) {
        submit(
                found -> {
                    found.events().clear();
                    found.snapshots().clear();
                },
                true,
                ended);
    }

    /** Changes that a crash may or may not keep. */
    int undecided() {
        return written.size() - synced + pending.size();
    }

    /** Whether nothing is under way, and the state is the one up to an entry. */
    boolean shows(long index) {
        return pending.isEmpty() && contents.state().index() == index;
    }

    void append(long sequence, Ready.Write event, Runnable ended) {
        submit(found -> found.events().put(sequence, event), true, ended);
    }

    void saveSnapshot(long sequence, Ready.Write snapshot, Runnable ended) {
        submit(found -> found.snapshots().put(sequence, snapshot), true, ended);
    }

    /** Deletes events up to a number, and snapshots before it. */
    void deleteTo(long sequence) {
        submit(
                found -> {
                    found.events().headMap(sequence, true).clear();
                    found.snapshots().headMap(sequence, false).clear();
                },
                true,
                () -> {});
    }

    @Override
    public KeyState read(RecordKey key) {
        return contents.state().read(key);
    }

    @Override
    public ImmutableList<RecordKey> keysAfter(ReplicaSetId set, @Nullable RecordKey after, int limit) {
        return contents.state().keysAfter(set, after, limit);
    }

    @Override
    public GroupCommit.Opened open(ReplicaSetId set) {
        return contents.state().open(set);
    }

    @Override
    public void afterAll(Runnable then) {
        // A node dies as a whole here: nothing of the one before it is under way.
        then.run();
    }

    @Override
    public void giveUp(ReplicaSetId set, Consumer<@Nullable StorageException> ended) {
        submit(found -> found.state().giveUp(set, failure -> {}), true, () -> ended.accept(null));
    }

    @Override
    public boolean isGivenUp(ReplicaSetId set) {
        return contents.state().isGivenUp(set);
    }

    @Override
    public GroupCommit.@Nullable Remembered findRequest(ReplicaSetId set, Bytes id, int era) {
        return contents.state().findRequest(set, id, era);
    }

    @Override
    public void commit(GroupCommit commit, Consumer<@Nullable StorageException> ended) {
        if (bug == GroupBug.TORN_TURN) {
            GroupCommit bare = new GroupCommit(
                    commit.set(),
                    commit.generation(),
                    ImmutableList.of(),
                    commit.header(),
                    ImmutableList.of(),
                    commit.endsEra());
            submit(found -> found.state().commit(bare, failure -> {}), false, () -> {});
        }
        submit(found -> found.state().commit(spoilt(found, commit), failure -> {}), false, () -> ended.accept(null));
    }

    private GroupCommit spoilt(Contents found, GroupCommit commit) {
        if (!bug.isOfOneDisk()) {
            return commit;
        }
        ImmutableList.Builder<Commit.Change> changes = ImmutableList.builder();
        for (Commit.Change change : commit.changes()) {
            KeyState state = change.state();
            if (bug == GroupBug.OTHER_TYPE_ON_ONE_DISK) {
                state = withOtherType(state);
            } else if (state.isEmpty()) {
                state = found.state().read(change.key());
            }
            changes.add(new Commit.Change(change.key(), state, false, change.leaf(), change.sum()));
        }
        return new GroupCommit(
                commit.set(),
                commit.generation(),
                changes.build(),
                commit.header(),
                commit.requests(),
                commit.endsEra());
    }

    private static KeyState withOtherType(KeyState state) {
        return new KeyState(
                state.versions().stream()
                        .map(version -> new Version(
                                version.dot(),
                                version.value(),
                                "text/rotten",
                                version.writtenMillis(),
                                version.requestId()))
                        .collect(ImmutableList.toImmutableList()),
                state.context());
    }

    @Override
    public @Nullable StorageException refusal() {
        return null;
    }

    @Override
    public long generation() {
        return 0;
    }

    @Override
    public Image image(ReplicaSetId set) {
        return contents.state().image(set);
    }

    @Override
    public Count count(ReplicaSetId set, PartitionCount partitions) {
        return contents.state().count(set, partitions);
    }

    @Override
    public void beginInstall(ReplicaSetId set, Consumer<@Nullable StorageException> ended) {
        submit(found -> found.state().beginInstall(set, failure -> {}), true, () -> ended.accept(null));
    }

    @Override
    public void install(
            ReplicaSetId set, ImmutableList<GroupCommit.Row> rows, Consumer<@Nullable StorageException> ended) {
        ImmutableList<GroupCommit.Row> kept = bug == GroupBug.STATE_WITHOUT_REQUESTS
                ? rows.stream().filter(row -> row.kind() != 'Q').collect(ImmutableList.toImmutableList())
                : rows;
        submit(found -> found.state().install(set, kept, failure -> {}), true, () -> ended.accept(null));
    }

    @Override
    public void endInstall(ReplicaSetId set, GroupCommit.Header header, Consumer<@Nullable StorageException> ended) {
        submit(found -> found.state().endInstall(set, header, failure -> {}), true, () -> ended.accept(null));
    }
}
