package io.quorate.node.protocol.hint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.replica.ObjectLimits;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.Hint;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionedObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The writes that this node keeps for homes which could not take them: one hint for each home and key, into which later
 * writes of that key are merged, so that there are never more hints than keys. Durable before anybody may rest on them, and
 * kept until the home has said that it has made that very revision durable.
 *
 * <p>Hints merge by contexts alone, as they left their coordinators, and carry the dots of all writes in them by name (rule
 * E7): a write that another one in the same hint has replaced is told to the home's clock all the same.
 *
 * <p>Dynamo, section 4.6 (DeCandia et al., 2007). Single-threaded.
 */
public final class HintBook {
    private final @Nullable PartitionStore store;
    private final Lost lost;
    /** Delivered, while the disk took no changes. */
    private final Set<Place> over = new LinkedHashSet<>();

    private final VersionRules rules;
    private final HintRules hintRules;
    private final LongSupplier wallMillis;
    private final HintSettings settings;
    private final Map<NodeId, Target> targets = new TreeMap<>();
    private final Map<Place, Hint> pending = new HashMap<>();
    private final Deque<Commit> inFlight = new ArrayDeque<>();
    private long nextCommit = 1;
    private long nextRevision = 1;
    private long bytes;
    private int keys;
    private final long damaged;

    /** Writes of one key in a hint, and dots in its context: the home gets what comes after by being compared. */
    private static final int DOTS_MAX = 1024;

    private record Place(NodeId target, RecordKey key) {}

    /** One hint, without its object. */
    private static final class Line {
        private long revision;
        private long durableRevision;
        private long since;
        private long bytes;
        private boolean counted;
        private long createdMillis;
        private long lastCommit;
        private boolean underWay;
    }

    private static final class Target {
        private final Map<RecordKey, Line> lines = new LinkedHashMap<>();
        private final Set<RecordKey> ready = new LinkedHashSet<>();
        private long bytes;
        private long delivered;
        private long dropped;
    }

    /** What is kept for one home, and what has become of earlier hints since the start. */
    public record Report(long keys, long bytes, long oldestMillis, long delivered, long dropped) {}

    /**
     * Opens what the disk holds.
     *
     * @param wallMillis this node's own clock: for what people read
     */
    public HintBook(
            PartitionStore store,
            VersionRules rules,
            HintRules hintRules,
            LongSupplier wallMillis,
            HintSettings settings,
            Lost lost) {
        this.lost = lost;
        this.hintRules = hintRules;
        this.store = store;
        this.rules = rules;
        this.wallMillis = wallMillis;
        this.settings = settings;
        this.damaged = store.hints(hint -> {
            if (!hintRules.isFoundAtStart()) {
                return;
            }
            Line line = line(hint.target(), hint.key());
            line.revision = hint.revision();
            line.durableRevision = hint.revision();
            line.since = hint.since();
            line.counted = hint.counted();
            line.createdMillis = hint.createdMillis();
            weigh(target(hint.target()), line, hint.bytes());
            target(hint.target()).ready.add(hint.key());
            nextRevision = Math.max(nextRevision, hint.revision() + 1);
        });
    }

    /** Keeps nothing and takes nothing: until the disk can be read again. */
    public static HintBook closed(
            VersionRules rules, HintRules hintRules, LongSupplier wallMillis, HintSettings settings) {
        return new HintBook(rules, hintRules, wallMillis, settings);
    }

    private HintBook(VersionRules rules, HintRules hintRules, LongSupplier wallMillis, HintSettings settings) {
        this.store = null;
        this.rules = rules;
        this.hintRules = hintRules;
        this.wallMillis = wallMillis;
        this.settings = settings;
        this.lost = (target, key) -> {};
        this.damaged = 0;
    }

    /** Told of a hint that cannot be read any more. */
    public interface Lost {
        void lost(NodeId target, RecordKey key);
    }

    private PartitionStore store() {
        PartitionStore open = store;
        if (open == null) {
            throw StorageException.noRoom("what is kept for other homes has to be read again");
        }
        return open;
    }

    /** Hints on the disk that cannot be read. */
    public long damaged() {
        return damaged;
    }

    /** How many hints there are: one for each home and key. */
    public int size() {
        return keys;
    }

    private Target target(NodeId id) {
        return targets.computeIfAbsent(id, each -> new Target());
    }

    private Line line(NodeId id, RecordKey key) {
        Target target = target(id);
        Line line = target.lines.get(key);
        if (line == null) {
            line = new Line();
            line.createdMillis = wallMillis.getAsLong();
            target.lines.put(key, line);
            keys++;
        }
        return line;
    }

    private void weigh(Target target, Line line, long now) {
        target.bytes += now - line.bytes;
        bytes += now - line.bytes;
        line.bytes = now;
    }

    /** What happened to a write that was to be kept. */
    public enum Outcome {
        KEPT,
        /** There is no room for it; if no level was to rest on it, that is counted, and the home has to be compared. */
        FULL,
        /** The disk takes nothing. */
        REFUSED
    }

    /**
     * The end of {@link #add}.
     *
     * @param commit to wait for if it is kept; 0 if it is durable already
     */
    public record Added(Outcome outcome, long commit) {}

    /** Keeps a write for a home. */
    public Added add(NodeId home, RecordKey key, VersionedObject write, boolean counted) {
        VersionedObject object = hintRules.kept(write);
        if (store == null || store.refusal() != null) {
            return new Added(Outcome.REFUSED, 0);
        }
        Hint before = find(home, key);
        VersionedObject merged = before == null ? object : merge(before.object(), object);
        boolean rests = counted || (before != null && before.counted());
        if (before != null && merged.equals(before.object()) && rests == before.counted()) {
            Line same = line(home, key);
            return new Added(Outcome.KEPT, same.durableRevision == same.revision ? 0 : same.lastCommit);
        }
        Target target = target(home);
        long more = new Hint(home, key, object, counted, 0, 0, 0).bytes();
        if (isTooLarge(merged)
                || target.bytes + more > settings.bytesPerTarget()
                || bytes + more > settings.bytesInAll()
                || (before == null && keys >= settings.keysInAll())) {
            if (!counted) {
                target.dropped++;
            }
            return new Added(Outcome.FULL, 0);
        }
        Line line = line(home, key);
        over.remove(new Place(home, key));
        line.revision = nextRevision++;
        line.since = line.since == 0 ? line.revision : line.since;
        line.counted = rests;
        Hint hint = new Hint(home, key, merged, rests, line.createdMillis, line.revision, line.since);
        weigh(target, line, hint.bytes());
        target.ready.remove(key);
        pending.put(new Place(home, key), hint);
        line.lastCommit = submit(new Commit.HintChange(home, key, hint));
        return new Added(Outcome.KEPT, line.lastCommit);
    }

    /** A hint that no message could carry, or that every further write would have to read and write again at length. */
    private static boolean isTooLarge(VersionedObject merged) {
        long values = 0;
        for (Version version : merged.state().versions()) {
            values += version.value().length();
        }
        return values > ObjectLimits.BYTES_MAX
                || merged.applied().size() + merged.state().context().dots().size() > DOTS_MAX;
    }

    private VersionedObject merge(VersionedObject a, VersionedObject b) {
        KeyState state = rules.merge(a.state(), b.state());
        Set<Dot> applied = new LinkedHashSet<>(rules.appliedBy(a));
        applied.addAll(rules.appliedBy(b));
        state.dots().forEach(applied::remove);
        return new VersionedObject(state, ImmutableList.sortedCopyOf(hintRules.named(applied)));
    }

    private @Nullable Hint find(NodeId home, RecordKey key) {
        Hint waiting = pending.get(new Place(home, key));
        if (waiting != null) {
            return waiting;
        }
        Target target = targets.get(home);
        Line line = target == null ? null : target.lines.get(key);
        return line == null ? null : read(home, key, line);
    }

    /** Reads a hint; one that is damaged or gone is given up, and its home has to be compared. */
    private @Nullable Hint read(NodeId home, RecordKey key, Line line) {
        Hint hint = null;
        try {
            hint = store().hint(home, key);
        } catch (CorruptRecordException e) {
            // As if it were gone: nobody can deliver it.
            target(home).dropped++;
        }
        if (hint == null) {
            forget(home, key, line);
            lost.lost(home, key);
        }
        return hint;
    }

    private long submit(Commit.HintChange change) {
        Commit commit = Commit.ofHints(nextCommit++, ImmutableList.of(change));
        inFlight.add(commit);
        store().commit(commit);
        return commit.id();
    }

    /** The store has made a commit durable. */
    public void durable(long commit) {
        Commit first = inFlight.poll();
        if (first == null || first.id() != commit) {
            throw new IllegalStateException("commit " + commit + " of hints ended out of order");
        }
        for (Commit.HintChange change : first.hints()) {
            Hint hint = change.hint();
            Target target = target(change.target());
            Line line = target.lines.get(change.key());
            if (hint == null || line == null) {
                continue;
            }
            line.durableRevision = hint.revision();
            if (line.revision == hint.revision()) {
                pending.remove(new Place(change.target(), change.key()));
                if (!line.underWay) {
                    target.ready.add(change.key());
                }
            }
        }
    }

    /** Whether a commit is one of these and still on its way. */
    public boolean awaits(Commit commit) {
        return inFlight.contains(commit);
    }

    /** What is kept of a key for whichever home, durable; null if nothing is. */
    public @Nullable VersionedObject held(RecordKey key) {
        VersionedObject held = null;
        for (Map.Entry<NodeId, Target> entry : targets.entrySet()) {
            Line line = entry.getValue().lines.get(key);
            if (line == null || line.durableRevision == 0) {
                continue;
            }
            Hint hint = store().hint(entry.getKey(), key);
            if (hint != null) {
                held = held == null ? hint.object() : merge(held, hint.object());
            }
        }
        return held;
    }

    /** The newest of a key for whichever home, durable or on its way: what this node's own next write of it builds on. */
    public @Nullable VersionedObject newest(RecordKey key) {
        VersionedObject newest = null;
        for (NodeId home : List.copyOf(targets.keySet())) {
            Hint hint = find(home, key);
            if (hint != null) {
                newest = newest == null ? hint.object() : merge(newest, hint.object());
            }
        }
        return newest;
    }

    /** Whether no hint of a replica set is there, durable or on its way to the disk or off it. */
    public boolean keepsNothing(ReplicaSetId set) {
        for (Target target : targets.values()) {
            for (RecordKey key : target.lines.keySet()) {
                if (key.set().equals(set)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The homes for which something is kept. */
    public List<NodeId> targets() {
        List<NodeId> found = new ArrayList<>();
        targets.forEach((id, target) -> {
            if (!target.lines.isEmpty()) {
                found.add(id);
            }
        });
        return found;
    }

    /** The next durable hint for a home that is not under way, which it is from now on; null if there is none. */
    public @Nullable Hint next(NodeId home) {
        Target target = targets.get(home);
        while (target != null && !target.ready.isEmpty()) {
            RecordKey key = target.ready.iterator().next();
            target.ready.remove(key);
            Line line = target.lines.get(key);
            Hint hint = line == null ? null : read(home, key, line);
            if (hint != null && line != null) {
                line.underWay = true;
                return hint;
            }
        }
        return null;
    }

    /** A home has made a revision of a hint durable; what has been added since stays. */
    public void delivered(Hint hint) {
        Target target = target(hint.target());
        Line line = target.lines.get(hint.key());
        if (line == null) {
            return;
        }
        target.delivered++;
        line.underWay = false;
        if (hintRules.ends(hint, line.revision)) {
            forget(hint.target(), hint.key(), line);
        } else if (line.durableRevision == line.revision) {
            target.ready.add(hint.key());
        }
    }

    /** A home has not answered, or could not take a hint: it is to be delivered again. */
    public void undelivered(Hint hint) {
        Target target = target(hint.target());
        Line line = target.lines.get(hint.key());
        if (line != null && line.underWay) {
            line.underWay = false;
            if (line.durableRevision == line.revision) {
                target.ready.add(hint.key());
            }
        }
    }

    private void forget(NodeId home, RecordKey key, Line line) {
        Target target = target(home);
        weigh(target, line, 0);
        target.lines.remove(key);
        target.ready.remove(key);
        pending.remove(new Place(home, key));
        keys--;
        over.add(new Place(home, key));
        sweep();
    }

    /** Takes off the disk what has been delivered; later, while the disk takes no changes. */
    public void sweep() {
        if (over.isEmpty() || store().refusal() != null) {
            return;
        }
        for (Place place : over) {
            submit(new Commit.HintChange(place.target(), place.key(), null));
        }
        over.clear();
    }

    /** The revision of the oldest write that is still kept, the highest number if none is: all before have been delivered. */
    public long oldestRevision() {
        long oldest = Long.MAX_VALUE;
        for (Target target : targets.values()) {
            for (Line line : target.lines.values()) {
                oldest = Math.min(oldest, line.since);
            }
        }
        return oldest;
    }

    /** Above the revision of every hint there is or has been. */
    public long head() {
        return nextRevision;
    }

    public ImmutableMap<NodeId, Report> report() {
        ImmutableMap.Builder<NodeId, Report> report = ImmutableMap.builder();
        targets.forEach((id, target) -> {
            long oldest = target.lines.values().stream()
                    .mapToLong(line -> line.createdMillis)
                    .min()
                    .orElse(0);
            report.put(id, new Report(target.lines.size(), target.bytes, oldest, target.delivered, target.dropped));
        });
        return report.buildOrThrow();
    }

    /** Keys of which writes are kept, by the node they are for. */
    public ImmutableMap<NodeId, Long> owed() {
        ImmutableMap.Builder<NodeId, Long> owed = ImmutableMap.builder();
        targets.forEach((id, target) -> {
            if (!target.lines.isEmpty()) {
                owed.put(id, (long) target.lines.size());
            }
        });
        return owed.buildOrThrow();
    }
}
