package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.Role;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.consistency.WriteLevel;
import org.jspecify.annotations.Nullable;

/**
 * Removes the keys of deleted buckets from a group. Its leader looks for them in its store, a few at each step, and deletes
 * them through the log like any client, so that all members stay equal; what it does not come to, the next leader finds.
 *
 * <p>A group is looked through until nothing is found, and once more later, for a write that was on its way when its bucket
 * was deleted.
 */
final class GroupPurge {
    /** Keys that are looked at in one step, and deletes that are under way at most. */
    static final int KEYS_MAX = 256;

    /** After a pass that found something: by then its deletes show. */
    private static final long PAUSE_NANOS = 1_000_000_000L;
    /** After one that found nothing: twice as long as a request may take. */
    static final long LAST_NANOS = 120_000_000_000L;

    private static final long PATIENCE_NANOS = 60_000_000_000L;
    /** Of a write that nobody repeats: a byte that no client can send. */
    private static final RequestId NOBODY = new RequestId(new ByteSink(1).u8(0).toBytes(), false);

    private final Group.Around around;
    private final Group.Output output;
    private final GroupRules rules;
    private ImmutableMap<String, Integer> gone = ImmutableMap.of();
    private long term = -1;
    private boolean active;
    private boolean last;
    private @Nullable RecordKey after;
    private long found;
    private long nextAt;

    GroupPurge(Group.Around around, GroupRules rules, Group.Output output) {
        this.around = around;
        this.rules = rules;
        this.output = output;
    }

    /** The last deleted generation of each bucket name, 0 for none; whether that is news. */
    boolean gone(ImmutableMap<String, Integer> generations, long now) {
        boolean news = !generations.equals(gone);
        gone = generations;
        if (news) {
            begin(now);
        }
        return news;
    }

    private void begin(long now) {
        active = !Maps.filterValues(gone, generation -> generation > 0).isEmpty();
        last = false;
        after = null;
        found = 0;
        nextAt = now;
    }

    /** Whether there may be keys left to remove. */
    boolean isActive() {
        return active;
    }

    /** Looks on, if this node leads and not too much is under way, and has what it finds deleted. */
    void step(RaftCore core, Requests requests, long now) {
        if (core.role() != Role.LEADER) {
            return;
        }
        if (core.term() != term) {
            term = core.term();
            begin(now);
        }
        if (!active || now < nextAt || requests.writes() >= KEYS_MAX) {
            return;
        }
        ImmutableList<RecordKey> keys;
        try {
            keys = around.store().keysAfter(around.set(), after, KEYS_MAX);
        } catch (StorageException | CorruptRecordException e) {
            output.note("the keys of deleted buckets cannot be looked for: " + e.getMessage(), true);
            nextAt = now + PATIENCE_NANOS;
            return;
        }
        for (RecordKey key : keys) {
            if (rules.isGone(key.generation(), gone.getOrDefault(key.bucket(), 0))) {
                found++;
                requests.add(delete(key, now));
            }
        }
        if (keys.size() < KEYS_MAX) {
            endPass(now);
        } else {
            after = keys.get(keys.size() - 1);
        }
    }

    private void endPass(long now) {
        if (found > 0) {
            output.note("has deleted buckets' keys removed: " + found, false);
        }
        active = found > 0 || !last;
        last = found == 0;
        nextAt = now + (found > 0 ? PAUSE_NANOS : LAST_NANOS);
        after = null;
        found = 0;
    }

    private static Call delete(RecordKey key, long now) {
        LedRequest delete = new LedRequest.Write(key, null, Condition.NONE, WriteLevel.SEMI_SYNC, NOBODY);
        // Whatever comes of it, the next pass sees.
        return new Call(delete, now + PATIENCE_NANOS, true, false, reply -> {});
    }
}
