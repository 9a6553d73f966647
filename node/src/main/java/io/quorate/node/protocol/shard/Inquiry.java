package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the home that coordinates a write asks the others before it makes it: whether they took the same idempotency key
 * before, and whether what the writer claims to have seen was ever written. Mostly nobody has to be asked.
 *
 * <p>Two homes may come to the same keyed write at once, when the first is held up and another stands in. Of any two, the
 * later one in the ring's order always asks the earlier one; the earlier one asks the later one when it knows, from that
 * question or from pings, that it has stood in. Whoever is asked while it is undecided itself answers the earlier home at
 * once, and the later one when it has decided. So one of the two hears of the other's write before it makes its own, unless
 * a home cannot be asked.
 */
final class Inquiry {
    private final Context context;
    private final RecordKey key;
    private final List<NodeId> homes;
    /** The idempotency key's hash; empty if the write has none. */
    private final Bytes hash;

    private final Set<NodeId> asked = new LinkedHashSet<>(4);
    private final List<Runnable> curious = new ArrayList<>(0);
    private long ends;
    private boolean neverWritten;

    Inquiry(Context context, RecordKey key, List<NodeId> homes, Bytes hash) {
        this.context = context;
        this.key = key;
        this.homes = homes;
        this.hash = hash;
    }

    /**
     * Asks whom it has to.
     *
     * @param id of the task that takes the answers
     * @param seen what the writer claims to have seen
     * @param unheardOf the homes whose versions are claimed and were never heard of here
     */
    void begin(long id, CausalContext seen, Set<NodeId> unheardOf, long now, long deadline) {
        boolean keyed = !hash.isEmpty();
        if (keyed && !homes.get(0).equals(context.self)) {
            context.stoodIn(now);
        }
        boolean earlier = true;
        for (NodeId home : homes) {
            earlier &= !home.equals(context.self);
            boolean mayHaveTaken = keyed && (earlier || context.recentlyStoodIn(home, now));
            if ((mayHaveTaken || unheardOf.contains(home))
                    && !home.equals(context.self)
                    && context.live.contains(home)) {
                if (!context.stalls.isSilent(home, context.settings.pace().silentNanos(), now)) {
                    asked.add(home);
                }
                // One that is silent hears of it when it wakes.
                context.send(home, new PeerMessage.FindRequest(id, key, hash, seen));
            }
        }
        ends = now + (deadline - now) / 4;
        if (keyed && !asked.isEmpty()) {
            context.undecided.put(hash, this);
        }
    }

    /** Whether an answer is still awaited. */
    boolean isOpen() {
        return !asked.isEmpty();
    }

    /** Takes an answer; false if none is awaited from there. */
    boolean answered(NodeId from, PeerMessage.FoundRequest found) {
        neverWritten |= found.neverWritten();
        return asked.remove(from);
    }

    /** Those that are gone or silent are waited for no longer; nor is anybody too long. */
    void tick(long now) {
        long silent = context.settings.pace().silentNanos();
        asked.removeIf(
                home -> now >= ends || !context.live.contains(home) || context.stalls.isSilent(home, silent, now));
    }

    /** Whether somebody knows that the writer claims to have seen what was never written. */
    boolean neverWritten() {
        return neverWritten;
    }

    /** Whether this home comes before another among the homes of the key. */
    boolean goesBefore(NodeId other) {
        return homes.indexOf(context.self) < homes.indexOf(other);
    }

    /** Runs a step when the write has been made or refused here. */
    void whenDecided(Runnable step) {
        curious.add(step);
    }

    /** The write has been made or refused. */
    void decided() {
        asked.clear();
        if (!hash.isEmpty()) {
            context.undecided.remove(hash, this);
        }
        curious.forEach(step -> context.later(now -> step.run()));
        curious.clear();
    }
}
