package io.quorate.node.protocol.replica;

import com.google.common.primitives.ImmutableLongArray;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionCodec;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionedObject;
import io.quorate.ring.version.WallTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One home replica of one replica set: its clock, the dots it issues, the leaves of its hash tree, and every change of a
 * stored key. All of one change goes into one {@link Commit}.
 *
 * <p>Changes build on each other at once, in memory; readers and other nodes are shown only what is durable. So a dot
 * leaves this node after its batch is synced, and a process that is killed can go on as the same actor. An incarnation is
 * new when the caller cannot prove that the disk holds all this actor ever did (condition C1), and after a failed commit.
 *
 * <p>Single-threaded. A {@link CorruptRecordException} of any method leaves the replica as it was.
 */
public final class Replica {
    private final ReplicaSetId id;
    private final PartitionStore store;
    private final VersionRules rules;
    private final Intake intake;
    private final PartitionClock clock;
    private final Census census;
    private final LeafLists lists;
    private final Commits commits;
    private final Remnants remnants;
    private final Stamps stamps;
    private final OwnActor actor;
    private final Dropping dropping;
    private int recovered;
    private int recovering;
    private long lastLearnt;
    private final Watchers watchers = new Watchers();

    /**
     * Opens the replica as the disk has it.
     *
     * @param keeps whether everything that the actor named on this disk issued is proved to be there, so that it goes on
     * @param incarnations draws numbers that are never drawn again, on this node or any other
     * @param born how many losses of its node a replica has nothing to make up for that is made now
     * @param wallTime what the clocks of the cluster agree on
     */
    public Replica(
            NodeId self,
            ReplicaSetId id,
            PartitionCount partitions,
            PartitionStore store,
            VersionRules rules,
            Predicate<ActorId> keeps,
            LongSupplier incarnations,
            int born,
            Supplier<WallTime> wallTime) {
        this.id = id;
        this.store = store;
        this.rules = rules;
        this.intake = new Intake(store);
        PartitionStore.Opened opened = store.open(id);
        Commit.Header header = opened.header();
        this.clock = header == null
                ? new PartitionClock()
                : VersionCodec.readClock(new ByteSource(header.clock()), id.partition());
        this.actor = new OwnActor(self, id, header, keeps, incarnations);
        this.recovered = header == null ? born : header.recovered();
        this.recovering = recovered;
        this.census = new Census(partitions, opened.leaves(), header);
        this.lists = new LeafLists(store, id, census);
        this.remnants = new Remnants(opened.remnants());
        this.commits = new Commits(store, id, rules, clock.base());
        this.dropping = new Dropping(store, id, commits, census, remnants);
        this.stamps = new Stamps(rules, clock, wallTime);
    }

    public ReplicaSetId id() {
        return id;
    }

    public ActorId actor() {
        return actor.id();
    }

    /** How many losses of its node this replica has made up for (rule V1). */
    public int recovered() {
        return recovered;
    }

    /** It has made up for so many, once the commit that is returned is durable, and with it all that came before. */
    public long recover(int losses) {
        intake.refuseIfClosed();
        recovering = losses;
        return submit(List.of(), List.of(), null);
    }

    public void recoveredIfDurable(boolean durable) {
        if (durable) {
            recovered = recovering;
            actor.recovered();
        }
    }

    /** Another home has told its clock, which may have what was issued here and is not here any more. */
    public void heardOf(PartitionClock other) {
        actor.heardOf(other, clock);
    }

    /** Whether this disk has forgotten dots that were issued here, and not fetched them since. */
    public boolean hasForgotten() {
        return actor.isForgetful();
    }

    /** The clock with all changes made here, durable or on their way. */
    public PartitionClock clock() {
        return clock;
    }

    public long keys() {
        return census.keys();
    }

    public long versions() {
        return census.versions();
    }

    public boolean idle() {
        return commits.idle();
    }

    /**
     * The durable state of a key, filled: what this replica may tell others. Its context covers the live versions too, so
     * that whoever is shown it covers them by writing.
     */
    public KeyState read(RecordKey key) {
        // A time may be told before it is durable: it claims nothing, and too high a one does no harm.
        return commits.durable(key, clock.time());
    }

    /** Like {@link #read}, after proving that what is absent here was deleted; null if that cannot be proved. */
    public @Nullable KeyState readProved(RecordKey key) {
        KeyState state = read(key);
        return store.verifyLeaf(id, leafOf(key)) ? state : null;
    }

    /** The newest state, filled; it may not be durable yet, so nobody else is shown it. */
    public KeyState newest(RecordKey key) {
        return rules.fill(commits.newest(key), clock.base());
    }

    /** The homes whose dots a context claims although this replica has heard of none so high: they alone can tell. */
    public Set<NodeId> unheardOf(CausalContext context) {
        return Claims.unheardOf(context, clock);
    }

    /** Whether a context claims dots of this actor that it has not issued. */
    public boolean claimsFuture(CausalContext context) {
        return actor.isUnknownTo(clock, context);
    }

    /**
     * Rule V6: over what the next own write of a key goes where the last writer wins. The time of that context is the
     * write's stamp.
     *
     * @param seen what its writer was shown
     */
    public CausalContext overrule(RecordKey key, CausalContext seen) {
        return stamps.overrule(newest(key), seen);
    }

    /** Whether a context bears a time that neither this replica nor any clock that can be trusted has come to. */
    public boolean isFromFuture(RecordKey key, CausalContext seen) {
        return stamps.isFromFuture(seen.time())
                && seen.time().isAfter(newest(key).time());
    }

    /** The dot that the next {@link #apply} of an own write must carry. */
    public Dot nextDot() {
        return actor.next(clock);
    }

    /** A request taken before, durable or on its way; null if this replica knows of none. */
    public Commit.@Nullable RequestEntry findRequest(Bytes requestKey, int era) {
        Commit.RequestEntry waiting = commits.request(requestKey);
        return waiting != null ? waiting : store.findRequest(id, requestKey, era);
    }

    /** The commit after which a remembered request is durable; 0 if it is or is not known. */
    public long commitOf(Bytes requestKey) {
        return commits.commitOf(requestKey);
    }

    /**
     * Merges an object from elsewhere, or an own write once more, into its key.
     *
     * @return the id of the commit to wait for, after which all that the object says is durable here; 0 if it is already
     */
    public long apply(RecordKey key, VersionedObject object, Commit.@Nullable RequestEntry request) {
        actor.heardOf(object.state().context(), clock);
        return merge(key, object, request, Integer.MAX_VALUE);
    }

    /**
     * Takes a new write of this replica's own, which carries {@link #nextDot}.
     *
     * @return as {@link #apply}; -1 if nothing was changed because more than {@code siblingsMax} versions would be shown
     */
    public long applyOwn(
            RecordKey key, VersionedObject object, Commit.@Nullable RequestEntry request, int siblingsMax) {
        return merge(key, object, request, siblingsMax);
    }

    /** Whether the store has been opened again since this replica was, and may hold more than this replica knows. */
    public boolean isOutdated() {
        return intake.isOutdated();
    }

    /** Whether a change of a key is on its way to the disk. */
    public boolean isChanging(RecordKey key) {
        return commits.isChanging(key);
    }

    /** Whether this very commit is on its way to the disk. */
    public boolean awaits(Commit commit) {
        return commits.awaits(commit);
    }

    private long merge(RecordKey key, VersionedObject object, Commit.@Nullable RequestEntry request, int siblingsMax) {
        KeyState stored = commits.newest(key);
        KeyState before = rules.fill(stored, clock.base());
        KeyState merged = rules.merge(before, object.state());
        if (siblingsMax != Integer.MAX_VALUE && ObjectLimits.tooMany(merged, siblingsMax)) {
            return -1;
        }
        boolean news = false;
        for (Dot dot : rules.appliedBy(object)) {
            news |= !clock.contains(dot);
        }
        if (!news
                && before.context().covers(object.state().context())
                && before.dots().equals(merged.dots())
                && (request == null || findRequest(request.id(), request.era()) != null)) {
            return Math.max(commits.lastOf(key), commits.unlessDurable(lastLearnt));
        }
        intake.refuseIfClosed();
        if (merged.context().dots().size() > ObjectLimits.DOTS_MAX) {
            ObjectLimits.refuseOverlong(rules.strip(merged, clock));
        }
        enter(object);
        watchers.accepted(key, before, merged);
        census.changed(key, before, merged);
        return submit(List.of(staged(key, stored, merged)), List.of(), request);
    }

    private void enter(VersionedObject object) {
        for (Dot dot : rules.appliedBy(object)) {
            clock.add(dot);
        }
        stamps.observe(object.state().time());
    }

    /**
     * Rule E9: has the gaps in an actor's writes count as applied.
     *
     * @param known what was known of it when it was found that nobody can ever fill them
     * @return the commit to wait for; -1 if more is known now
     */
    public long close(ActorId gapped, PartitionClock known) {
        intake.refuseIfClosed();
        if (!clock.of(gapped).equals(known)) {
            return -1;
        }
        clock.addRange(gapped, 1, clock.top(gapped));
        lastLearnt = submit(List.of(), List.of(), null);
        return lastLearnt;
    }

    /** Issues what follows under a new actor, because the disk may have forgotten what the present one did. */
    public void endActor() {
        actor.end();
        if (intake.refusal() == null) {
            submit(List.of(), List.of(), null);
        }
    }

    /**
     * Makes it durable that an earlier actor is over, even if nothing is ever written under the new one: else a later start
     * would find the old one on disk and go on under it. The id of the commit; 0 if the actor is no successor.
     */
    public long persistActor() {
        return actor.succeeds() && intake.refusal() == null ? submit(List.of(), List.of(), null) : 0;
    }

    /**
     * Puts a state back that this disk lost (unreadable, or an absence without proof): versions that this replica's clock
     * knows return and count in their leaf as before. Only for a state merged from all other homes. Where nothing is lost
     * (any more) it is merged like any other: a repair that comes late or twice must not bring back what was replaced.
     *
     * @return the id of the commit to wait for
     */
    public long restore(RecordKey key, VersionedObject object) {
        if (commits.isChanging(key)) {
            return apply(key, object, null);
        }
        KeyState local;
        try {
            local = store.read(key);
            if (store.verifyLeaf(id, leafOf(key))) {
                return apply(key, object, null);
            }
        } catch (CorruptRecordException e) {
            local = KeyState.EMPTY;
        }
        Claims.refuseOlder(object.state().context(), clock);
        intake.refuseIfClosed();
        actor.heardOf(object.state().context(), clock);
        // The local context is not filled: this disk's clock vouches for nothing about this key.
        KeyState merged = rules.merge(local, object.state());
        watchers.accepted(key, local, merged);
        census.restored(key, local, merged, clock);
        enter(object);
        commits.restores(key);
        return submit(List.of(staged(key, local, merged)), List.of(), null);
    }

    /** Removes what a bucket's generation holds among the next {@code limit} keys. */
    public Drop dropBucket(String bucket, int generation, @Nullable RecordKey after, int limit) {
        intake.refuseIfClosed();
        Dropping.Page page = dropping.next(bucket, generation, after, limit);
        long commit = page.changes().isEmpty() ? 0 : submit(page.changes(), List.of(), null);
        return new Drop(commit, page.last(), page.skipped());
    }

    /** Removes keys that the base has come to cover, after a look at {@code limit} at most; the commit, 0 if none. */
    public long sweep(int limit) {
        if (intake.refusal() != null) {
            return 0;
        }
        Remnants.Covered covered = remnants.takeCovered(clock, rules, commits::isChanging, limit);
        if (covered.isEmpty()) {
            return 0;
        }
        List<Commit.Change> changes = new ArrayList<>();
        for (RecordKey key : covered.bare()) {
            changes.add(census.change(key, KeyState.EMPTY, false));
        }
        return submit(changes, covered.settled(), null);
    }

    /** The store has made a commit durable. */
    public void durable(long commitId) {
        commits.durable(commitId);
    }

    public int leafOf(RecordKey key) {
        return census.leafOf(key);
    }

    /** A key that falls into a leaf, and that nobody can have written. */
    public RecordKey anyKeyOf(int leaf) {
        return census.someOf(id, leaf, Map.of()).getKey();
    }

    /** A change that goes into the next commit. */
    private Commit.Change staged(RecordKey key, KeyState stored, KeyState merged) {
        KeyState stripped = rules.strip(merged, clock);
        boolean remnant = remnants.note(key, stripped);
        commits.changes(key, stored, stripped);
        return census.change(key, stripped, remnant);
    }

    private long submit(List<Commit.Change> changes, List<RecordKey> settled, Commit.@Nullable RequestEntry request) {
        ByteSink out = new ByteSink(128);
        VersionCodec.writeClock(out, clock);
        return commits.submit(
                changes,
                settled,
                new Commit.Header(
                        actor.id().incarnation(), out.toBytes(), census.keys(), census.versions(), recovering),
                request,
                clock.base());
    }

    /** Those who are told of versions that come in. */
    public Watchers watchers() {
        return watchers;
    }

    /** The hash tree with all changes made here, durable or on their way. */
    public LeafTable leaves() {
        return census.leaves();
    }

    public Snapshot snapshot() {
        return new Snapshot(
                clock.copy(),
                ImmutableLongArray.copyOf(census.leaves().branchDigests()),
                remnants.contexts(),
                commits.last());
    }

    /** The leaves that changes on their way to the disk belong to: what their sums say may yet be lost. */
    public Set<Integer> changingLeaves() {
        Set<Integer> leaves = new HashSet<>();
        commits.all().keySet().forEach(key -> leaves.add(leafOf(key)));
        return leaves;
    }

    /** A leaf as others may be told of it. */
    public LeafListing list(int leaf) {
        return lists.durable(leaf);
    }

    /** A leaf with what is on its way to the disk: to be compared, and told to nobody. */
    public LeafListing listNewest(int leaf) {
        return lists.newest(leaf, commits.all());
    }

    /**
     * Has the sum of a leaf say what its records do, once all of them have been put back.
     *
     * @return the commit to wait for; 0 if the leaf cannot be counted now, or is right
     */
    public long recount(int leaf) {
        intake.refuseIfClosed();
        PartitionStore.Leaf read = store.readLeaf(id, leaf);
        if (commits.all().keySet().stream().anyMatch(key -> leafOf(key) == leaf)
                || read.matches()
                || !read.unreadable().isEmpty()) {
            return 0;
        }
        census.recounted(leaf, read.records());
        Map.Entry<RecordKey, KeyState> any = census.someOf(id, leaf, read.records());
        boolean remnant = remnants.note(any.getKey(), any.getValue());
        return submit(List.of(census.change(any.getKey(), any.getValue(), remnant)), List.of(), null);
    }

    /**
     * Rules E1 and E2: takes over another home's clock together with its contexts, after every key has been compared with
     * that home as it was then or later.
     *
     * @param contexts of the same snapshot
     * @return the commit to wait for; 0 if there is nothing to learn
     */
    public long learn(PartitionClock other, Map<RecordKey, CausalContext> contexts) {
        intake.refuseIfClosed();
        // All that can fail comes before anything is changed.
        PartitionClock joined = clock.copy();
        joined.merge(other);
        Map<RecordKey, KeyState> stored = commits.beneath(contexts, joined);
        actor.heardOf(other, clock);
        boolean news = !clock.covers(other);
        clock.merge(other);
        stamps.follow(other.time());
        List<Commit.Change> changes = new ArrayList<>();
        stored.forEach((key, before) -> {
            CausalContext context = contexts.getOrDefault(key, CausalContext.EMPTY);
            KeyState grown = KeyState.of(before.versions(), before.context().merge(context));
            if (!rules.strip(grown, clock)
                    .context()
                    .equals(rules.strip(before, clock).context())) {
                changes.add(staged(key, before, rules.fill(grown, clock.base())));
            }
        });
        if (!news && changes.isEmpty()) {
            return commits.unlessDurable(lastLearnt);
        }
        lastLearnt = submit(changes, List.of(), null);
        return lastLearnt;
    }
}
