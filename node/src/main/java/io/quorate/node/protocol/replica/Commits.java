package io.quorate.node.protocol.replica;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionVector;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What of a replica is on its way to the disk: changes build on it at once, and nobody else is shown it. */
final class Commits {
    private final PartitionStore store;
    private final ReplicaSetId id;
    private final VersionRules rules;
    private final Map<RecordKey, Pending> pending = new LinkedHashMap<>();
    private final Map<Bytes, Commit.RequestEntry> requests = new LinkedHashMap<>();
    private final Deque<InFlight> inFlight = new ArrayDeque<>();
    private VersionVector base;
    private long next = 1;

    private record InFlight(Commit commit, VersionVector base) {}

    Commits(PartitionStore store, ReplicaSetId id, VersionRules rules, VersionVector base) {
        this.store = store;
        this.id = id;
        this.rules = rules;
        this.base = base;
    }

    /** The base of the clock that is durable. */
    VersionVector base() {
        return base;
    }

    boolean idle() {
        return inFlight.isEmpty();
    }

    /** The last commit that is not durable; 0 if all are. */
    long last() {
        return inFlight.isEmpty() ? 0 : next - 1;
    }

    boolean isDurable(long commit) {
        return inFlight.isEmpty() || inFlight.getFirst().commit.id() > commit;
    }

    /** A commit that is still on its way; 0 if it is durable. */
    long unlessDurable(long commit) {
        return isDurable(commit) ? 0 : commit;
    }

    /** As it is durable, filled, with a context that covers the live versions too and bears that time at least. */
    KeyState durable(RecordKey key, HybridTime time) {
        Pending changing = pending.get(key);
        KeyState state = changing != null ? changing.durable() : rules.fill(store.read(key), base);
        CausalContext context = state.context().atLeast(time);
        for (Version version : state.versions()) {
            context = context.with(version.dot());
        }
        return new KeyState(state.versions(), context.atLeast(state.time()));
    }

    /** As it is stored once all is durable that is on its way; not filled. */
    KeyState newest(RecordKey key) {
        Pending changing = pending.get(key);
        return changing != null ? changing.newest : store.read(key);
    }

    /** What stands, as {@link #newest} tells it, under those contexts that a clock's base does not vouch for. */
    Map<RecordKey, KeyState> beneath(Map<RecordKey, CausalContext> contexts, PartitionClock clock) {
        Map<RecordKey, KeyState> states = new LinkedHashMap<>();
        contexts.forEach((key, context) -> {
            if (!rules.strip(KeyState.of(List.of(), context), clock).isEmpty()) {
                states.put(key, newest(key));
            }
        });
        return states;
    }

    /** The last commit on its way that changes a key; 0 if none does. */
    long lastOf(RecordKey key) {
        Pending changing = pending.get(key);
        return changing == null ? 0 : changing.lastCommit;
    }

    boolean isChanging(RecordKey key) {
        return pending.containsKey(key);
    }

    Map<RecordKey, Pending> all() {
        return pending;
    }

    Commit.@Nullable RequestEntry request(Bytes requestKey) {
        return requests.get(requestKey);
    }

    /** The commit after which a request is durable; 0 if it is or is not known. */
    long commitOf(Bytes requestKey) {
        for (InFlight waiting : inFlight) {
            Commit.RequestEntry request = waiting.commit.request();
            if (request != null && request.id().equals(requestKey)) {
                return waiting.commit.id();
            }
        }
        return 0;
    }

    boolean awaits(Commit commit) {
        return inFlight.stream().anyMatch(waiting -> waiting.commit.equals(commit));
    }

    /** A key has nothing that others may be shown until its restoration is durable. */
    void restores(RecordKey key) {
        pending.computeIfAbsent(key, k -> new Pending(null));
    }

    /** The next commit changes a key from what is stored to {@code stripped}. */
    void changes(RecordKey key, KeyState stored, KeyState stripped) {
        Pending changing = pending.get(key);
        if (changing == null) {
            changing = new Pending(rules.fill(stored, base));
            pending.put(key, changing);
        }
        changing.newest = stripped;
        changing.lastCommit = next;
    }

    /** Hands a commit to the store; {@code after} is the base of the clock once it is durable. */
    long submit(
            List<Commit.Change> changes,
            List<RecordKey> settled,
            Commit.Header header,
            Commit.@Nullable RequestEntry request,
            VersionVector after) {
        Commit commit =
                new Commit(next++, id, ImmutableList.copyOf(changes), ImmutableList.copyOf(settled), header, request);
        inFlight.add(new InFlight(commit, after));
        if (request != null) {
            requests.put(request.id(), request);
        }
        store.commit(commit);
        return commit.id();
    }

    void durable(long commitId) {
        InFlight first = inFlight.poll();
        if (first == null || first.commit.id() != commitId) {
            throw new IllegalStateException("commit " + commitId + " of " + id + " ended out of order: expected "
                    + (first == null ? "none" : first.commit.id()));
        }
        base = first.base;
        for (Commit.Change change : first.commit.changes()) {
            Pending changing = pending.get(change.key());
            if (changing == null) {
                continue;
            }
            if (changing.lastCommit == commitId) {
                pending.remove(change.key());
            } else {
                changing.durable = rules.fill(change.state(), base);
            }
        }
        Commit.RequestEntry request = first.commit.request();
        if (request != null) {
            requests.remove(request.id(), request);
        }
    }
}
