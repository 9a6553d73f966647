package io.quorate.bench.sim;

import io.quorate.node.protocol.liveness.Disks;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.Hint;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A disk that survives its node: commits become durable together when a simulated fsync ends, and a crash forgets those
 * that had not.
 */
final class SimDisk implements PartitionStore {
    private final PartitionCount partitions;
    private final PlantedBug bug;
    private final Runnable syncWanted;
    private final Consumer<Commit> watch;
    private Map<RecordKey, KeyState> records = new LinkedHashMap<>();
    private Map<ReplicaSetId, Commit.Header> headers = new LinkedHashMap<>();
    private Map<ReplicaSetId, Map<Integer, LeafTable.Sum>> leaves = new LinkedHashMap<>();
    private final Map<Bytes, Commit.RequestEntry> requests = new LinkedHashMap<>();
    private Map<HintKey, Hint> hints = new LinkedHashMap<>();
    private final Set<RetiredActor> retired = new LinkedHashSet<>();
    private final Set<RecordKey> corrupt = new LinkedHashSet<>();
    private final Map<ReplicaSetId, Set<Integer>> hurt = new LinkedHashMap<>();
    private final List<Commit> waiting = new ArrayList<>();
    private final List<Commit> syncing = new ArrayList<>();
    private Map<ReplicaSetId, Commit.Header> oldHeaders = new LinkedHashMap<>();
    private Consumer<Completion> listener = completion -> {};
    private Disks.@Nullable State known;
    private boolean full;
    private boolean broken;

    private record HintKey(NodeId target, RecordKey key) {}

    /**
     * An empty disk.
     *
     * @param syncWanted called when commits wait and no fsync is under way
     * @param watch sees every commit as it is given
     */
    SimDisk(PartitionCount partitions, PlantedBug bug, Runnable syncWanted, Consumer<Commit> watch) {
        this.partitions = partitions;
        this.bug = bug;
        this.syncWanted = syncWanted;
        this.watch = watch;
    }

    @Override
    public KeyState read(RecordKey key) {
        if (corrupt.contains(key)) {
            if (bug == PlantedBug.CORRUPT_READS_AS_ABSENT) {
                return KeyState.EMPTY;
            }
            throw new CorruptRecordException("damaged record", new IllegalStateException("simulated"));
        }
        return records.getOrDefault(key, KeyState.EMPTY);
    }

    @Override
    public Opened open(ReplicaSetId set) {
        LeafTable table = new LeafTable();
        leaves.getOrDefault(set, Map.of()).forEach(table::set);
        Map<RecordKey, Remnant> remnants = new LinkedHashMap<>();
        records.forEach((key, state) -> {
            Remnant remnant = key.set().equals(set) ? Remnant.of(state) : null;
            if (remnant != null) {
                remnants.put(key, remnant);
            }
        });
        return new Opened(headers.get(set), table, remnants);
    }

    @Override
    public void commit(Commit commit) {
        watch.accept(commit);
        boolean idle = waiting.isEmpty() && syncing.isEmpty();
        waiting.add(commit);
        if (bug == PlantedBug.ACK_BEFORE_SYNC) {
            listener.accept(new Completion(commit, null));
        }
        if (idle) {
            syncWanted.run();
        }
    }

    /** The fsync begins: what waits now shares it. */
    void beginSync() {
        syncing.addAll(waiting);
        waiting.clear();
    }

    /** The fsync ends; true if more waits. */
    boolean endSync() {
        List<Commit> done = List.copyOf(syncing);
        syncing.clear();
        StorageException first = new StorageException("simulated full disk", new IllegalStateException("full"), true);
        StorageException failure = broken ? first.ofLater() : full ? first : null;
        // As the real writer does: nothing that came after a failed change is ever written.
        broken |= full;
        if (failure == null) {
            apply(done, true, true);
        }
        if (bug != PlantedBug.ACK_BEFORE_SYNC) {
            done.forEach(commit -> listener.accept(new Completion(commit, failure)));
        }
        return !waiting.isEmpty();
    }

    private void apply(List<Commit> commits, boolean withRecords, boolean withHeaders) {
        oldHeaders = new LinkedHashMap<>(headers);
        for (Commit commit : commits) {
            Commit.Header header = commit.header();
            if (withHeaders && header != null) {
                headers.put(commit.set(), header);
            }
            if (!withRecords) {
                continue;
            }
            for (Commit.Change change : commit.changes()) {
                if (bug != PlantedBug.DAMAGE_STAYS) {
                    corrupt.remove(change.key());
                }
                if (change.state().isEmpty()) {
                    records.remove(change.key());
                } else {
                    records.put(change.key(), change.state());
                }
                leaves.computeIfAbsent(commit.set(), s -> new LinkedHashMap<>()).put(change.leaf(), change.sum());
            }
            for (Commit.HintChange change : commit.hints()) {
                Hint hint = change.hint();
                if (hint == null) {
                    hints.remove(new HintKey(change.target(), change.key()));
                } else {
                    hints.put(new HintKey(change.target(), change.key()), hint);
                }
            }
            retired.addAll(commit.retired());
            Commit.RequestEntry request = commit.request();
            if (request != null) {
                requests.put(request.id(), request);
            }
        }
    }

    /**
     * The node dies.
     *
     * @param keepsLast whether the batch under way reached the disk, as a whole
     */
    void crash(boolean keepsLast) {
        List<Commit> last = List.copyOf(syncing);
        syncing.clear();
        waiting.clear();
        listener = completion -> {};
        full = false;
        boolean nothingMore = broken;
        broken = false;
        if (nothingMore) {
            return;
        }
        if (bug == PlantedBug.RECORD_WITHOUT_CLOCK) {
            apply(last, true, false);
        } else if (bug == PlantedBug.CLOCK_WITHOUT_RECORD) {
            apply(last, false, true);
        } else if (bug == PlantedBug.DOTS_ISSUED_TWICE) {
            headers = oldHeaders;
        } else if (keepsLast) {
            apply(last, true, true);
        }
    }

    void fill() {
        full = true;
    }

    boolean isFull() {
        return full;
    }

    @Override
    public void listen(Consumer<Completion> completions) {
        listener = completions;
    }

    @Override
    public Commit.@Nullable RequestEntry findRequest(ReplicaSetId set, Bytes id, int era) {
        return requests.get(id);
    }

    @Override
    public @Nullable Hint hint(NodeId target, RecordKey key) {
        return hints.get(new HintKey(target, key));
    }

    @Override
    public long hints(Consumer<Hint> visitor) {
        List.copyOf(hints.values()).forEach(visitor);
        return 0;
    }

    @Override
    public Set<RetiredActor> retired() {
        return Set.copyOf(retired);
    }

    @Override
    public Leaf readLeaf(ReplicaSetId set, int leaf) {
        Map<RecordKey, KeyState> readable = new LinkedHashMap<>();
        List<RecordKey> unreadable = new ArrayList<>();
        LeafTable.Sum sum = LeafTable.Sum.ZERO;
        for (RecordKey key : List.copyOf(records.keySet())) {
            if (!key.set().equals(set) || partitions.bitsBelowPartition(key.token(), LeafTable.LEAF_BITS) != leaf) {
                continue;
            }
            if (corrupt.contains(key) && bug != PlantedBug.CORRUPT_READS_AS_ABSENT) {
                unreadable.add(key);
                continue;
            }
            KeyState state = read(key);
            readable.put(key, state);
            for (Version version : state.versions()) {
                sum = sum.plus(LeafTable.term(key.bucket(), key.generation(), key.key(), version.dot()));
            }
        }
        LeafTable.Sum stored = leaves.getOrDefault(set, Map.of()).getOrDefault(leaf, LeafTable.Sum.ZERO);
        boolean proved = unreadable.isEmpty() && sum.equals(stored);
        return new Leaf(readable, unreadable, proved || bug == PlantedBug.ABSENCE_WITHOUT_PROOF);
    }

    @Override
    public List<RecordKey> keysOf(ReplicaSetId set, String bucket, int generation, int limit) {
        return records.keySet().stream()
                .filter(key -> key.set().equals(set) && key.bucket().equals(bucket) && key.generation() == generation)
                .limit(limit)
                .toList();
    }

    @Override
    public List<RecordKey> keysAfter(ReplicaSetId set, @Nullable RecordKey after, int limit) {
        Comparator<RecordKey> order = Comparator.comparing(RecordKey::toString);
        return records.keySet().stream()
                .filter(key -> key.set().equals(set) && (after == null || order.compare(key, after) > 0))
                .sorted(order)
                .limit(limit)
                .toList();
    }

    @Override
    public List<ReplicaSetId> replicaSets() {
        return List.copyOf(headers.keySet());
    }

    /** Whether a write is kept here for some home. */
    boolean keeps(Dot dot) {
        return hints.values().stream()
                .anyMatch(hint -> hint.object().state().has(dot)
                        || hint.object().applied().contains(dot));
    }

    int hintCount() {
        return hints.size();
    }

    /** The writes that are kept here. */
    Set<Dot> kept() {
        Set<Dot> dots = new LinkedHashSet<>();
        hints.values().forEach(hint -> {
            dots.addAll(hint.object().state().dots());
            dots.addAll(hint.object().applied());
        });
        return dots;
    }

    /** What was on a disk at one moment. */
    static final class Image {
        private final Map<RecordKey, KeyState> records;
        private final Map<ReplicaSetId, Commit.Header> headers;
        private final Map<ReplicaSetId, Map<Integer, LeafTable.Sum>> leaves = new LinkedHashMap<>();
        private final Map<Bytes, Commit.RequestEntry> requests;
        private final Set<RecordKey> corrupt;
        private final Map<HintKey, Hint> hints;
        private final Set<RetiredActor> retired;
        private final Disks.@Nullable State known;

        private Image(SimDisk disk) {
            known = disk.known;
            hints = new LinkedHashMap<>(disk.hints);
            retired = new LinkedHashSet<>(disk.retired);
            records = new LinkedHashMap<>(disk.records);
            headers = new LinkedHashMap<>(disk.headers);
            disk.leaves.forEach((set, sums) -> leaves.put(set, new LinkedHashMap<>(sums)));
            requests = new LinkedHashMap<>(disk.requests);
            corrupt = new LinkedHashSet<>(disk.corrupt);
        }
    }

    Image image() {
        return new Image(this);
    }

    /** Becomes what it was; only while its node is down. */
    void putBack(Image image) {
        records = new LinkedHashMap<>(image.records);
        headers = new LinkedHashMap<>(image.headers);
        oldHeaders = new LinkedHashMap<>(headers);
        leaves = new LinkedHashMap<>();
        image.leaves.forEach((set, sums) -> leaves.put(set, new LinkedHashMap<>(sums)));
        hints = new LinkedHashMap<>(image.hints);
        retired.clear();
        retired.addAll(image.retired);
        requests.clear();
        requests.putAll(image.requests);
        corrupt.clear();
        corrupt.addAll(image.corrupt);
        known = image.known;
    }

    /** Becomes an empty disk; only while its node is down. */
    void wipe() {
        records.clear();
        headers.clear();
        oldHeaders.clear();
        leaves.clear();
        hints.clear();
        retired.clear();
        requests.clear();
        corrupt.clear();
        hurt.clear();
        known = null;
    }

    /** What is kept on it of disks; null on one that is new. */
    Disks.@Nullable State known() {
        return known;
    }

    void keep(Disks.State state) {
        known = state;
    }

    /** Makes a record unreadable. */
    void corrupt(RecordKey key) {
        hurt(key);
        corrupt.add(key);
    }

    /** Takes a record away behind everybody's back. */
    void lose(RecordKey key) {
        hurt(key);
        records.remove(key);
    }

    private void hurt(RecordKey key) {
        hurt.computeIfAbsent(key.set(), s -> new LinkedHashSet<>())
                .add(partitions.bitsBelowPartition(key.token(), LeafTable.LEAF_BITS));
    }

    /** Whether anything in a leaf was ever damaged on purpose. */
    boolean wasHurt(ReplicaSetId set, int leaf) {
        return hurt.getOrDefault(set, Set.of()).contains(leaf);
    }

    /** Whether every leaf agrees with the records. */
    boolean verifyAll(ReplicaSetId set) {
        if (records.keySet().stream().anyMatch(key -> key.set().equals(set) && corrupt.contains(key))) {
            return false;
        }
        for (int leaf = 0; leaf < LeafTable.LEAVES; leaf++) {
            boolean used = leaves.getOrDefault(set, Map.of()).containsKey(leaf);
            if (used && !verifyLeaf(set, leaf)) {
                return false;
            }
        }
        return true;
    }

    boolean isSound(RecordKey key) {
        return !corrupt.contains(key);
    }

    Map<RecordKey, KeyState> records() {
        return records;
    }

    /** The clock that is durable now. */
    PartitionClock clock(ReplicaSetId set) {
        Commit.Header header = headers.get(set);
        return header == null ? new PartitionClock() : clockOf(header, set);
    }

    static PartitionClock clockOf(Commit.Header header, ReplicaSetId set) {
        return VersionCodec.readClock(new ByteSource(header.clock()), set.partition());
    }
}
