package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Writes of this node's clients that stand in its log, and wait for what their level asks. */
final class Proposals {
    private final NodeId self;
    private final LongFunction<ImmutableList<KeyReply.ReplicaResult>> voters;
    /** By their places in the log. */
    private final NavigableMap<Long, Waiting> waiting = new TreeMap<>();
    /** Those that are applied, and wait for the last voters. */
    private final NavigableMap<Long, Waiting> applied = new TreeMap<>();
    /** Idempotency keys of entries that are not applied, by their places: each once, at the first of them. */
    private final NavigableMap<Long, Bytes> unapplied = new TreeMap<>();

    private final Set<Bytes> unappliedKeys = new HashSet<>();
    /** The last entry of which a client was told that this leader's disk has it. */
    private long told;

    /** A write and the entry that it became. */
    private static final class Waiting {
        private final Call call;
        private final long term;
        /** Whether it is certain before it is applied what it does: nobody has sent it before under its key. */
        private final boolean certain;

        private @Nullable VersionTag tag;

        private Waiting(Call call, long term, boolean certain) {
            this.call = call;
            this.term = term;
            this.certain = certain;
        }

        private WriteLevel level() {
            return call.request() instanceof LedRequest.Write write ? write.level() : WriteLevel.SEMI_SYNC;
        }
    }

    /**
     * None so far.
     *
     * @param voters what this node, while it leads, knows of the voters' disks, by the index asked about
     */
    Proposals(NodeId self, LongFunction<ImmutableList<KeyReply.ReplicaResult>> voters) {
        this.self = self;
        this.voters = voters;
    }

    void add(Call call, Command command, long index, long term, StateMachine machine) {
        Waiting replaced = waiting.put(index, new Waiting(call, term, isCertain(command, index, term, machine)));
        if (replaced != null) {
            lost(replaced);
        }
    }

    private boolean isCertain(Command command, long index, long term, StateMachine machine) {
        if (!command.request().explicit()) {
            return true;
        }
        Bytes key = command.requestHash();
        if (!unappliedKeys.add(key)) {
            return false;
        }
        unapplied.put(index, key);
        return machine.isNew(key, term);
    }

    /** Idempotency keys of entries that are not applied. */
    int unappliedKeys() {
        return unappliedKeys.size();
    }

    boolean isUnapplied(Bytes key) {
        return unappliedKeys.contains(key);
    }

    int size() {
        return waiting.size() + applied.size();
    }

    /** An entry has been applied: whoever waits for it hears of it, or waits for more. */
    void applied(long index, long term, Effect effect) {
        NavigableMap<Long, Bytes> seen = unapplied.headMap(index, true);
        unappliedKeys.removeAll(seen.values());
        seen.clear();
        Waiting write = waiting.remove(index);
        if (write == null) {
            return;
        }
        if (write.term != term) {
            lost(write);
        } else if (effect instanceof Effect.Done done) {
            write.tag = done.tag();
            if (write.level() == WriteLevel.SYNC) {
                applied.put(index, write);
            } else {
                done(write, index, WriteLevel.SEMI_SYNC);
            }
        } else if (effect instanceof Effect.Refused refused) {
            write.call.answer(preconditionFailed(refused.present(), standing(write, index, WriteLevel.SEMI_SYNC)));
        } else {
            write.call.answer(decided(
                    ErrorCode.IDEMPOTENCY_CONFLICT,
                    "this idempotency key was used with another body or condition; nothing was written. Take a new one",
                    null,
                    standing(write, index, WriteLevel.SEMI_SYNC)));
        }
    }

    private static KeyReply preconditionFailed(@Nullable VersionTag present, KeyReply.Standing standing) {
        return decided(
                ErrorCode.PRECONDITION_FAILED,
                present == null
                        ? "the key has no value, so the condition does not hold; nothing was written"
                        : "the key's version is " + present.toText() + ", so the condition does not hold; nothing was"
                                + " written. Read it and try again",
                present,
                standing);
    }

    /** What the log itself has decided against. */
    private static KeyReply decided(
            ErrorCode code, String detail, @Nullable VersionTag present, KeyReply.Standing standing) {
        return new KeyReply.Refused(
                code, Outcome.NOT_APPLIED, detail, 0, 0, ImmutableList.of(), null, present, standing);
    }

    private KeyReply.Standing standing(Waiting write, long index, WriteLevel level) {
        return new KeyReply.Standing(true, self, write.term, new VersionTag(write.term, index), level.name(), 0);
    }

    /**
     * The leader's own disk has all up to an index. A write that may be a retry waits until it is applied all the same: only
     * then it is known whether it was made before, and as what.
     */
    void durable(long index) {
        for (Iterator<Map.Entry<Long, Waiting>> each =
                        waiting.headMap(index, true).entrySet().iterator();
                each.hasNext(); ) {
            Map.Entry<Long, Waiting> entry = each.next();
            Waiting write = entry.getValue();
            if (write.level() == WriteLevel.ASYNC && write.certain) {
                // Before it is removed: the map may put another in its place.
                long at = entry.getKey();
                each.remove();
                told = Math.max(told, at);
                write.tag = new VersionTag(write.term, at);
                done(write, at, WriteLevel.ASYNC);
            }
        }
    }

    /** The last entry that is acknowledged, though it may not be committed yet; 0 for none. */
    long told() {
        return told;
    }

    /** The disks of all voters have all up to an index. */
    void everywhere(long index) {
        while (!applied.isEmpty() && applied.firstKey() <= index) {
            Map.Entry<Long, Waiting> first = applied.pollFirstEntry();
            done(first.getValue(), first.getKey(), WriteLevel.SYNC);
        }
    }

    private void done(Waiting write, long index, WriteLevel level) {
        VersionTag tag = write.tag;
        write.call.answer(new KeyReply.LedWritten(
                tag == null ? new VersionTag(write.term, index) : tag, standing(write, index, level)));
    }

    /** Another leader's entries stand there now, or may. */
    void lost(Ready.Position position) {
        Waiting write = waiting.get(position.index());
        if (write != null && write.term == position.term()) {
            waiting.remove(position.index());
            lost(write);
        }
    }

    private static void lost(Waiting write) {
        write.call.timeOut("another leader has taken over before the write was known to be committed; read the key, or"
                + " retry with the same idempotency key");
    }

    /** A state has taken the place of all entries up to an index: nobody here knows what came of them. */
    void passed(long index) {
        List<Waiting> gone = new ArrayList<>(waiting.headMap(index, true).values());
        waiting.headMap(index, true).clear();
        gone.forEach(Proposals::lost);
    }

    /**
     * Lets time pass.
     *
     * @param leads whether this node still does: who has stepped down cannot tell who has what
     */
    void tick(boolean leads, long now) {
        waiting.entrySet().removeIf(entry -> {
            boolean over = entry.getValue().call.isOver(now);
            if (over) {
                entry.getValue()
                        .call
                        .timeOut(
                                "the deadline passed before a majority had the write on disk; it may yet be made. Read the"
                                        + " key, or retry with the same idempotency key");
            }
            return over;
        });
        applied.entrySet().removeIf(entry -> {
            boolean over = entry.getValue().call.isOver(now);
            if (over) {
                belowLevel(entry, leads, "not all voters had it when the deadline passed");
            }
            return over;
        });
    }

    /** It stands, so a session has seen it; whoever leads no more does not know how much came after it. */
    private void belowLevel(Map.Entry<Long, Waiting> entry, boolean leads, String why) {
        Waiting write = entry.getValue();
        KeyReply.Standing made = standing(write, entry.getKey(), WriteLevel.SEMI_SYNC);
        ImmutableList<KeyReply.ReplicaResult> replicas = leads ? voters.apply(entry.getKey()) : ImmutableList.of();
        long acked = replicas.stream()
                .filter(replica -> replica.result().equals("acked"))
                .count();
        write.call.answer(new KeyReply.Refused(
                ErrorCode.LEVEL_NOT_REACHED,
                Outcome.APPLIED_BELOW_LEVEL,
                "a majority has the write on disk, and it is made; " + why,
                replicas.size(),
                Math.toIntExact(acked),
                replicas,
                null,
                null,
                leads
                        ? made
                        : new KeyReply.Standing(false, null, made.term(), made.seen(), made.level(), Long.MAX_VALUE)));
    }

    /** Whether writes that are made wait for all voters to have them. */
    boolean awaitsAll() {
        return !applied.isEmpty();
    }

    /** A voter does not answer any more: nobody waits for it. */
    void giveUp(NodeId missing) {
        endApplied(true, missing + " does not answer");
    }

    /** This node leads no more: who waits for all voters will not hear of them here. */
    void deposed() {
        told = 0;
        unapplied.clear();
        unappliedKeys.clear();
        endApplied(false, "this node leads no more, and cannot tell who else has it");
    }

    private void endApplied(boolean leads, String why) {
        NavigableMap<Long, Waiting> all = new TreeMap<>(applied);
        applied.clear();
        all.entrySet().forEach(entry -> belowLevel(entry, leads, why));
    }

    /** Ends all that wait; this node can do nothing more for them. */
    void abandon() {
        deposed();
        List<Waiting> all = List.copyOf(waiting.values());
        waiting.clear();
        all.forEach(write -> write.call.timeOut(
                "this node stopped before the write was known to be committed; read the key through another node, or retry"
                        + " there with the same idempotency key"));
    }
}
