package io.quorate.node.protocol.quorum;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one key from as many homes as its level takes: one state and digests, and where they differ proved states of all,
 * merged. With blocking repair at a quorum or more it answers only when that many homes hold what it answers (live
 * versions, and the knowledge of what they replaced), so that later quorum reads never go back: the write-back of Attiya,
 * Bar-Noy and Dolev (1995). A home that does not answer in time, or whose repair does not, is replaced by another.
 */
public final class ReadCoordinator {
    private final List<NodeId> candidates;
    private final int n;
    private final int need;
    private final ReadRepair repair;
    private final Timing timing;
    /** Nodes among the candidates that are no homes, and may keep something for them. */
    private final Set<NodeId> standIns;

    private final VersionRules rules;
    private final Port port;
    private final Map<NodeId, Slot> slots = new LinkedHashMap<>();
    private final Hedging hedging;
    private @Nullable NodeId hedge;
    private boolean hedgeTried;
    private boolean differing;
    private boolean answered;
    private long answeredDigest;
    private int spares;
    private @Nullable KeyState merged;

    /**
     * When things are due, in nanoseconds of one clock.
     *
     * @param spareAfter without an answer after which another home is asked too
     * @param resendAfter without an answer after which the question is repeated
     */
    public record Timing(long started, long deadline, long spareAfter, long resendAfter) {}

    /**
     * When one more home is asked although none has failed (Dean and Barroso, "The Tail at Scale", 2013).
     *
     * @param after without an answer since the start, in nanoseconds
     * @param worth how many of the candidates, from the first, are quick enough to be worth it
     */
    public record Hedging(long after, int worth) {
        public static final Hedging NONE = new Hedging(Long.MAX_VALUE, 0);
    }

    /** What the coordinator wants done. */
    public interface Port {
        void ask(NodeId home, Want want, long now);

        /** Whether one more home may be asked for speed alone. */
        boolean mayHedge();

        /** The read is over, and the home that was asked for speed was needed or was not. */
        void hedged(boolean won);

        void repair(NodeId home, KeyState state);

        void reply(KeyReply reply);
    }

    /**
     * A read that has not asked anybody yet.
     *
     * @param candidates the homes worth asking, best first; the first gives the state
     * @param n homes of the key, reachable or not
     */
    public ReadCoordinator(
            List<NodeId> candidates,
            int n,
            int need,
            ReadRepair repair,
            Timing timing,
            Hedging hedging,
            Set<NodeId> standIns,
            VersionRules rules,
            Port port) {
        this.standIns = standIns;
        this.hedging = hedging;
        this.candidates = candidates;
        this.n = n;
        this.need = need;
        this.repair = repair;
        this.timing = timing;
        this.rules = rules;
        this.port = port;
    }

    public void start(long now) {
        enlist(now);
    }

    /** A home's answer; the state has the context and no versions where only a digest was wanted. */
    public void answered(NodeId home, Status status, Want want, long digest, @Nullable KeyState state, long now) {
        Slot slot = slots.get(home);
        if (slot == null || isOver(now) || slot.status != null) {
            return;
        }
        if (status == Status.OK && !want.answers(slot.want)) {
            return;
        }
        slot.status = status;
        slot.digest = digest;
        slot.micros = (now - timing.started()) / 1000;
        if (status == Status.OK && state != null) {
            slot.context = state.context();
            slot.state = want == Want.DIGEST ? null : state;
            // What is kept for others says nothing of what is absent.
            slot.proved = want == Want.PROVED || want == Want.HINTED;
        }
        advance(now);
    }

    /** A home has lost its disk: what it answered, or took as a repair, is not there any more. */
    public void lost(NodeId home, long now) {
        Slot slot = slots.get(home);
        if (slot != null && !isOver(now)) {
            slot.status = Status.LAGGING;
            advance(now);
        }
    }

    /** A home has made a repair durable, or cannot. */
    public void repaired(NodeId home, Status status, long now) {
        Slot slot = slots.get(home);
        if (slot == null || isOver(now)) {
            return;
        }
        KeyState sent = slot.sent;
        if (status != Status.OK) {
            slot.status = status;
        } else if (sent != null) {
            slot.repaired = true;
            slot.state = rules.merge(slot.held(), sent);
            slot.sent = null;
        }
        advance(now);
    }

    /** An answer that comes when the time is over, as after a pause of this node, changes nothing. */
    private boolean isOver(long now) {
        return answered || (now >= timing.deadline() && tick(now));
    }

    /** Asks again or elsewhere what has no answer; true when there is nothing left to do. */
    public boolean tick(long now) {
        if (answered) {
            return true;
        }
        if (now >= timing.deadline()) {
            refuse(
                    ErrorCode.TIMEOUT,
                    "the deadline passed with " + answeredOk() + " of " + need + " answers"
                            + (merged == null ? "" : " that agree") + "; retry, or use a lower level");
            return true;
        }
        int late = 0;
        for (Map.Entry<NodeId, Slot> entry : slots.entrySet()) {
            Slot slot = entry.getValue();
            KeyState sent = slot.sent;
            boolean waits = slot.status == null || (sent != null && !slot.failed());
            if (!waits) {
                continue;
            }
            if (now - timing.started() >= timing.spareAfter()) {
                late++;
            }
            if (now - slot.askedAt >= timing.resendAfter()) {
                slot.askedAt = now;
                if (slot.status == null) {
                    port.ask(entry.getKey(), slot.want, now);
                } else if (sent != null) {
                    port.repair(entry.getKey(), sent);
                }
            }
        }
        if (late > spares) {
            spares = late;
            enlist(now);
        } else if (!hedgeTried && now - timing.started() >= hedging.after()) {
            tryHedge(now);
        }
        return answered;
    }

    /** Not while homes are compared and repaired: that takes longer than an answer, and one more home would not end it. */
    private void tryHedge(long now) {
        if (differing || !hasSilent()) {
            return;
        }
        for (int i = 0; i < hedging.worth(); i++) {
            NodeId home = candidates.get(i);
            if (!slots.containsKey(home)) {
                hedgeTried = true;
                if (port.mayHedge()) {
                    hedge = home;
                    spares++;
                    enlist(now);
                }
                return;
            }
        }
    }

    /** Tells what became of the hedge: it won if the level would not have been met without it. */
    private void endHedge(boolean done) {
        Slot asked = hedge == null ? null : slots.get(hedge);
        if (asked != null) {
            port.hedged(done && asked.ok() && answeredOk() - 1 < need);
        }
    }

    /** Whether a home was asked that had not answered when the read was over. */
    public boolean hasSilent() {
        for (Slot slot : slots.values()) {
            if (slot.status == null) {
                return true;
            }
        }
        return false;
    }

    /** The digest of what was answered. */
    public long answeredDigest() {
        return answeredDigest;
    }

    /** The homes that said their record, or the leaf it lies in, cannot be trusted. */
    public List<NodeId> damaged() {
        List<NodeId> damaged = new ArrayList<>();
        slots.forEach((home, slot) -> {
            if (slot.status == Status.CORRUPT) {
                damaged.add(home);
            }
        });
        return damaged;
    }

    private void advance(long now) {
        enlist(now);
        if (answered) {
            return;
        }
        List<Slot> usable = new ArrayList<>();
        KeyState any = null;
        for (Slot slot : slots.values()) {
            if (slot.ok() && (!differing || slot.proved)) {
                usable.add(slot);
                any = slot.state != null ? slot.state : any;
            }
        }
        if (usable.size() < need) {
            return;
        }
        if (!differing) {
            if (any != null && Agreement.sameDigests(usable)) {
                answer(Agreement.agreed(any, usable), 0);
            } else if (any != null) {
                differing = true;
                for (Map.Entry<NodeId, Slot> entry : slots.entrySet()) {
                    if (entry.getValue().ok() && !entry.getValue().proved) {
                        askProved(entry.getKey(), entry.getValue(), now);
                    }
                }
            }
            return;
        }
        settle(usable, now);
    }

    private void askProved(NodeId home, Slot slot, long now) {
        slot.want = Want.PROVED;
        slot.status = null;
        slot.askedAt = now;
        port.ask(home, Want.PROVED, now);
    }

    private void settle(List<Slot> usable, long now) {
        KeyState all = KeyState.EMPTY;
        boolean first = true;
        Set<Dot> seen = new LinkedHashSet<>();
        for (Slot slot : usable) {
            KeyState state = slot.held();
            seen.addAll(state.dots());
            all = first ? state : rules.merge(all, state);
            first = false;
        }
        merged = all;
        // What one node keeps for another is no home's yet, and makes no promise to later reads.
        boolean homesAlone = slots.keySet().stream().noneMatch(standIns::contains);
        boolean waits = repair == ReadRepair.BLOCKING && need >= n / 2 + 1 && homesAlone;
        int holders = 0;
        int repaired = 0;
        List<NodeId> behind = new ArrayList<>();
        for (Map.Entry<NodeId, Slot> entry : slots.entrySet()) {
            Slot slot = entry.getValue();
            if (!usable.contains(slot)) {
                continue;
            }
            repaired += slot.repaired ? 1 : 0;
            if (Agreement.holds(slot.held(), all, seen)) {
                holders++;
            } else if (!standIns.contains(entry.getKey())) {
                behind.add(entry.getKey());
            }
        }
        if (!waits || holders >= need) {
            answer(all, repaired);
        }
        if (repair != ReadRepair.NONE) {
            for (NodeId home : behind) {
                Slot slot = slots.get(home);
                if (slot != null && slot.sent == null) {
                    slot.sent = all;
                    slot.askedAt = now;
                    port.repair(home, all);
                }
            }
        }
    }

    /** Asks as many homes as can still make the level, and one more for each that is late. */
    private void enlist(long now) {
        if (differing) {
            askForProofs(now);
        }
        int hopeful = 0;
        boolean stateComing = false;
        for (Slot slot : slots.values()) {
            if (!slot.failed()) {
                hopeful++;
                // A home that is late with the state may stay so: whoever is asked in its place gives one too.
                stateComing |= slot.want != Want.DIGEST && (slot.state != null || spares == 0);
            }
        }
        for (NodeId home : candidates) {
            if (hopeful >= need + spares) {
                return;
            }
            if (!slots.containsKey(home)) {
                Want want = standIns.contains(home)
                        ? Want.HINTED
                        : differing ? Want.PROVED : stateComing ? Want.DIGEST : Want.STATE;
                stateComing = true;
                hopeful++;
                slots.put(home, new Slot(want, now));
                port.ask(home, want, now);
            }
        }
        if (!answered && !stateAsked() && hopeful >= need) {
            upgradeOne(now);
        }
        if (!answered && hopeful < need && !awaitsLastWord(now)) {
            boolean willChange = slots.values().stream()
                    .anyMatch(slot -> slot.status == Status.NO_HINT || slot.status == Status.LAGGING);
            refuse(
                    willChange ? ErrorCode.UNAVAILABLE : ErrorCode.LEVEL_NOT_REACHED,
                    damaged().size() == n
                            ? "the record of the key is damaged at all of its replicas: " + describeFailures()
                                    + "; it cannot be read until a copy of one of their disks is put back"
                            : "only " + hopeful + " of " + need + " replicas can answer: " + describeFailures());
        }
    }

    /** A home that was asked before the others differed, and answered after it, has yet to prove its answer. */
    private void askForProofs(long now) {
        int coming = 0;
        for (Slot slot : slots.values()) {
            coming += !slot.failed() && slot.want == Want.PROVED ? 1 : 0;
        }
        for (Map.Entry<NodeId, Slot> entry : slots.entrySet()) {
            Slot slot = entry.getValue();
            if (coming < need + spares && slot.ok() && !slot.proved) {
                coming++;
                askProved(entry.getKey(), slot, now);
            }
        }
    }

    /** Where damage alone stands in the way, the last answer tells whether there is a good copy anywhere. */
    private boolean awaitsLastWord(long now) {
        boolean coming = false;
        for (Slot slot : slots.values()) {
            if (slot.failed() && slot.status != Status.CORRUPT) {
                return false;
            }
            coming |= slot.status == null;
        }
        return coming && now - timing.started() < timing.spareAfter();
    }

    private boolean stateAsked() {
        for (Slot slot : slots.values()) {
            if (!slot.failed() && slot.want != Want.DIGEST) {
                return true;
            }
        }
        return false;
    }

    /** The home that was to give the state failed and nobody is left to ask: one of the digests becomes a state. */
    private void upgradeOne(long now) {
        for (Map.Entry<NodeId, Slot> entry : slots.entrySet()) {
            Slot slot = entry.getValue();
            if (!slot.failed() && slot.want == Want.DIGEST) {
                slot.want = Want.STATE;
                slot.status = null;
                slot.askedAt = now;
                port.ask(entry.getKey(), Want.STATE, now);
                return;
            }
        }
    }

    private String describeFailures() {
        List<String> failures = new ArrayList<>();
        slots.forEach((home, slot) -> {
            if (slot.status == Status.CORRUPT) {
                failures.add(home + " has a damaged record");
            } else if (slot.status == Status.LAGGING) {
                failures.add(home + " is catching up, as its disk is new");
            } else if (slot.status == Status.NO_HINT) {
                failures.add(home + " keeps nothing of the key for its homes");
            } else if (slot.failed()) {
                failures.add(home + " failed");
            }
        });
        return failures.isEmpty() ? "the others are unreachable" : String.join(", ", failures);
    }

    private int answeredOk() {
        int count = 0;
        for (Slot slot : slots.values()) {
            count += slot.ok() ? 1 : 0;
        }
        return count;
    }

    private void answer(KeyState state, int repaired) {
        answered = true;
        endHedge(true);
        int acked = answeredOk();
        int hinted = 0;
        for (NodeId standIn : standIns) {
            Slot slot = slots.get(standIn);
            hinted += slot != null && slot.ok() ? 1 : 0;
        }
        answeredDigest = state.digest();
        port.reply(new KeyReply.ReadDone(
                state,
                new KeyReply.Reached(
                        need,
                        acked,
                        acked - hinted,
                        hinted,
                        repaired,
                        state.shown().size(),
                        results(false))));
    }

    private void refuse(ErrorCode code, String detail) {
        answered = true;
        endHedge(false);
        port.reply(new KeyReply.Refused(code, Outcome.NOT_APPLIED, detail, need, answeredOk(), results(true), null));
    }

    /** What became of each home; those that are still silent only if that is worth telling. */
    private ImmutableList<KeyReply.ReplicaResult> results(boolean withSilent) {
        ImmutableList.Builder<KeyReply.ReplicaResult> results = ImmutableList.builder();
        slots.forEach((home, slot) -> {
            Status status = slot.status;
            if (status != null || withSilent) {
                results.add(new KeyReply.ReplicaResult(
                        home, status == null ? "timeout" : Results.text(status), slot.micros));
            }
        });
        return results.build();
    }
}
