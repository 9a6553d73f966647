package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.LedVersions;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupCommit.Remembered;
import io.quorate.node.protocol.store.GroupCommit.RequestCount;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a group's log leads to: the keys of one partition, and the writes that are remembered by their idempotency keys.
 * Entries are applied in order, each once; what they change is kept here until the store shows it, which it does for all of a
 * turn together with the index applied.
 *
 * <p>A deterministic function of the log: nothing here depends on this node's clock, its disk's pace, or on when entries
 * come in.
 */
public final class StateMachine {
    private final ReplicaSetId set;
    private final GroupStore store;
    private final PartitionCount partitions;
    private final GroupRules rules;
    private final long generation;
    private final LeafTable leaves;
    private final Map<RecordKey, Pending<KeyState>> states = new HashMap<>();
    private final Map<Bytes, Pending<Remembered>> requests = new HashMap<>();
    /** What has changed since the last turn, by key and by leaf. */
    private final Map<RecordKey, KeyState> changed = new LinkedHashMap<>();

    private final Map<Bytes, Remembered> remembered = new LinkedHashMap<>();
    private boolean moved;
    private boolean endsEra;
    private long turn = 1;

    private long index;
    private long term;
    private Configuration configuration;
    private long millis;
    private long keys;
    private RequestCount requestCount = RequestCount.NONE;

    /** Something on its way to the store, and the turn it is of. */
    private record Pending<T>(T value, long turn) {}

    /**
     * As the store has it.
     *
     * @param beginning who belongs to the group before its first entry
     */
    StateMachine(
            ReplicaSetId set, GroupStore store, PartitionCount partitions, GroupRules rules, Configuration beginning) {
        this.rules = rules;
        this.set = set;
        this.store = store;
        this.partitions = partitions;
        this.generation = store.generation();
        GroupCommit.Opened opened = store.open(set);
        this.leaves = opened.leaves();
        GroupCommit.Header header = opened.header();
        if (header == null && !leaves.root().equals(LeafTable.Sum.ZERO)) {
            throw new CorruptRecordException("the header of a group is missing");
        }
        this.configuration = header == null ? beginning : Configuration.decode(header.configuration());
        if (header != null) {
            index = header.index();
            term = header.term();
            millis = header.millis();
            keys = header.keys();
            requestCount = header.requests();
        }
    }

    /** What it stands for. */
    Base base() {
        return new Base(index, term, configuration);
    }

    long index() {
        return index;
    }

    /** The last entry applied. */
    VersionTag position() {
        return new VersionTag(term, index);
    }

    /** Whether all that somebody has seen up to an entry is in the state, or is lost for good. */
    boolean shows(@Nullable VersionTag seen) {
        return seen == null || index >= seen.index() || term > seen.term();
    }

    long keys() {
        return keys;
    }

    /** The time of the log, by which requests are forgotten. */
    long millis() {
        return millis;
    }

    /** How many requests are remembered. */
    RequestCount requests() {
        return requestCount;
    }

    /** How many requests are remembered when an entry is applied next that bears a time of the log. */
    long requestsAt(long logMillis) {
        return requestCount.after(eraOf(Math.max(millis, logMillis)) - era()).sum();
    }

    /** The sum over all live versions, by which replicas at the same index are compared. */
    LeafTable leaves() {
        return leaves;
    }

    /** The state of a key as of all entries applied. */
    KeyState read(RecordKey key) {
        KeyState now = changed.get(key);
        if (now != null) {
            return now;
        }
        Pending<KeyState> pending = states.get(key);
        return pending == null ? store.read(key) : pending.value();
    }

    /** The tag of a key's version; null if it has no value. */
    static @Nullable VersionTag tagOf(KeyState state) {
        return state.versions().isEmpty()
                ? null
                : LedVersions.tagOf(state.versions().get(0).dot());
    }

    /**
     * Applies the next entry.
     *
     * @return what came of it; null if it is no command
     */
    @Nullable
    Effect apply(Entry entry) {
        if (entry.index() != index + 1) {
            throw new IllegalStateException("entry " + entry.index() + " after " + index);
        }
        Effect effect = null;
        if (entry.kind() == Entry.Kind.COMMAND) {
            effect = entry.payload().equals(Command.CHECK)
                    ? new Effect.Checked()
                    : apply(entry, Command.decode(set, entry.payload()));
        } else if (entry.kind() == Entry.Kind.CONFIGURATION) {
            configuration = Configuration.decode(entry.payload());
        }
        index = entry.index();
        term = entry.term();
        moved = true;
        return effect;
    }

    private Effect apply(Entry entry, Command command) {
        int eraBefore = era();
        millis = Math.max(millis, command.logMillis());
        endsEra |= era() != eraBefore;
        requestCount = requestCount.after(era() - eraBefore);
        boolean explicit = command.request().explicit() && rules.remembers();
        Bytes id = explicit ? command.requestHash() : Bytes.EMPTY;
        Remembered known = explicit ? find(id) : null;
        if (known != null) {
            return repeated(known, command);
        }
        VersionTag tag = new VersionTag(entry.term(), entry.index());
        KeyState before = read(command.key());
        VersionTag present = tagOf(before);
        boolean holds = command.condition().holds(present);
        if (holds) {
            change(command.key(), before, made(command, tag));
        }
        if (explicit) {
            VersionTag told = holds ? tag : present == null ? new VersionTag(0, 0) : present;
            remembered.put(id, new Remembered(id, era(), command.bodyHash(), holds, told.term(), told.index()));
            requestCount = requestCount.plusOne();
        }
        return holds ? new Effect.Done(tag) : new Effect.Refused(present);
    }

    /**
     * Whether nothing can be remembered of a command's idempotency key when it is applied, as far as its leader's earlier
     * entries go. What cannot be read now may be there: applying it says more.
     *
     * @param present term: once an entry of it is applied, all of other leaders are
     */
    boolean isNew(Bytes requestHash, long present) {
        try {
            return term == present && find(requestHash) == null;
        } catch (StorageException | CorruptRecordException e) {
            return false;
        }
    }

    private static Effect repeated(Remembered known, Command command) {
        if (known.bodyHash() != command.bodyHash()) {
            return new Effect.Conflict();
        }
        VersionTag tag = new VersionTag(known.term(), known.index());
        return known.done() ? new Effect.Done(tag) : new Effect.Refused(known.term() == 0 ? null : tag);
    }

    private @Nullable Remembered find(Bytes id) {
        Remembered now = remembered.get(id);
        if (now == null) {
            Pending<Remembered> pending = requests.get(id);
            now = pending == null ? store.findRequest(set, id, era()) : pending.value();
        }
        return now != null && now.era() >= era() - 1 ? now : null;
    }

    private int era() {
        return eraOf(millis);
    }

    private static int eraOf(long millis) {
        return (int) (millis / GroupCommit.ERA_MILLIS);
    }

    private KeyState made(Command command, VersionTag tag) {
        LedRequest.Value value = command.value();
        if (value == null) {
            return KeyState.EMPTY;
        }
        Version version = new Version(
                LedVersions.dotOf(set.partition(), tag),
                value.bytes(),
                value.contentType(),
                command.millis(),
                command.request().value());
        return new KeyState(ImmutableList.of(version), CausalContext.EMPTY);
    }

    private void change(RecordKey key, KeyState before, KeyState after) {
        int leaf = leafOf(key);
        leaves.set(leaf, leaves.get(leaf).plus(sum(key, after)).minus(sum(key, before)));
        keys += after.versions().size() - (long) before.versions().size();
        changed.put(key, after);
    }

    private int leafOf(RecordKey key) {
        return partitions.bitsBelowPartition(key.token(), LeafTable.LEAF_BITS);
    }

    private static LeafTable.Sum sum(RecordKey key, KeyState state) {
        LeafTable.Sum sum = LeafTable.Sum.ZERO;
        for (Version version : state.versions()) {
            sum = sum.plus(LeafTable.term(key.bucket(), key.generation(), key.key(), version.dot()));
        }
        return sum;
    }

    /** A turn is over: what it has changed, to be given to the store; null if nothing has. */
    @Nullable
    Turn takeTurn() {
        if (!moved) {
            return null;
        }
        moved = false;
        ImmutableList.Builder<Commit.Change> changes = ImmutableList.builder();
        changed.forEach((key, state) -> {
            int leaf = leafOf(key);
            changes.add(new Commit.Change(key, state, false, leaf, leaves.get(leaf)));
            states.put(key, new Pending<>(state, turn));
        });
        remembered.forEach((id, request) -> requests.put(id, new Pending<>(request, turn)));
        GroupCommit commit = new GroupCommit(
                set,
                generation,
                changes.build(),
                new GroupCommit.Header(index, term, configuration.encode(), millis, keys, requestCount),
                ImmutableList.copyOf(remembered.values()),
                endsEra);
        endsEra = false;
        Turn taken = new Turn(turn++, commit);
        changed.clear();
        remembered.clear();
        return taken;
    }

    /** A turn on its way to the store. */
    public record Turn(long number, GroupCommit commit) {
        /** What it weighs, near enough. */
        public long bytes() {
            return commit.bytes();
        }
    }

    /** The store shows a turn; they end in their order. */
    void ended(Turn ended) {
        long endedTurns = ended.number();
        for (Commit.Change change : ended.commit().changes()) {
            states.computeIfPresent(change.key(), (key, pending) -> pending.turn() <= endedTurns ? null : pending);
        }
        for (Remembered request : ended.commit().requests()) {
            requests.computeIfPresent(request.id(), (id, pending) -> pending.turn() <= endedTurns ? null : pending);
        }
    }
}
