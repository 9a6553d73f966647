package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.antientropy.Durable;
import io.quorate.node.protocol.antientropy.ExchangeRules;
import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.antientropy.Findings;
import io.quorate.node.protocol.antientropy.Responder;
import io.quorate.node.protocol.antientropy.Round;
import io.quorate.node.protocol.antientropy.RoundPort;
import io.quorate.node.protocol.antientropy.Schedule;
import io.quorate.node.protocol.antientropy.Schedule.Pair;
import io.quorate.node.protocol.antientropy.Stage;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.replica.LeafListing;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionedObject;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Brings the replicas of this node together with those of the other homes, in the background. */
final class AntiEntropy {
    private static final long LOOK_NANOS = 50_000_000L;
    private static final int PUSH_MILLIS = 5_000;
    private static final int HEALS_MAX = 4;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Context context;
    private final ExchangeSettings settings;
    private final ExchangeRules rules;
    private final Schedule schedule;
    private final Responder responder;
    private final Scrub scrub;
    private final Recovery recovery;
    private final Gaps gaps;
    private final Map<Long, Running> rounds = new LinkedHashMap<>();
    private final Map<Long, Push> pushes = new HashMap<>();
    private final Map<Leaf, LeafHealTask> heals = new TreeMap<>();
    private long lookedAt;
    private long scrubbedKeys;
    private long completed;
    private long budget;
    private long budgetAt;
    private long movedBefore;
    private boolean busy;
    private Set<NodeId> reachable = Set.of();

    private record Leaf(ReplicaSetId set, int leaf) implements Comparable<Leaf> {
        @Override
        public int compareTo(Leaf other) {
            int bySet = set.compareTo(other.set);
            return bySet != 0 ? bySet : Integer.compare(leaf, other.leaf);
        }
    }

    private record Running(Pair pair, Round round) {}

    private record Push(Round round, NodeId peer, RecordKey key) {}

    AntiEntropy(
            Context context, ExchangeSettings settings, ExchangeRules rules, Recovery recovery, RetiredActors retired) {
        this.gaps = new Gaps(context, retired, recovery, rules, settings.intervalNanos() / 2);
        this.recovery = recovery;
        this.context = context;
        this.rules = rules;
        this.settings = settings;
        this.schedule = new Schedule(settings);
        this.responder = new Responder(rules, new Answers());
        this.scrub = new Scrub(this, context.replicas, settings.scrubNanos());
    }

    Schedule schedule() {
        return schedule;
    }

    boolean idle() {
        return rounds.isEmpty() && heals.isEmpty();
    }

    /** The peers that are up have changed: those that come are behind, or this node is. */
    void peersChanged() {
        Set<NodeId> before = reachable;
        reachable = context.live;
        if (!settings.isOn()) {
            return;
        }
        schedule.mark(pair -> reachable.contains(pair.peer()) && !before.contains(pair.peer()));
    }

    /**
     * Goes on with what is under way and begins what is due.
     *
     * @param busy whether clients' requests wait for this node
     */
    void tick(long now, boolean busy) {
        this.busy = busy;
        spend(now);
        for (Running running : List.copyOf(rounds.values())) {
            running.round().tick(now, !busy && budget > 0);
        }
        reap(now);
        responder.tick(now);
        heals.values().removeIf(LeafHealTask::isOver);
        if (!busy) {
            scrub.tick(now);
        }
        if (now - lookedAt < LOOK_NANOS) {
            return;
        }
        lookedAt = now;
        recovery.look(now);
        gaps.tick(now);
        if (busy || rounds.size() >= settings.rounds()) {
            return;
        }
        for (ReplicaSetId set : context.replicas.opened()) {
            List<NodeId> homes = context.homes(set.partition(), set.n());
            for (NodeId home : homes) {
                if (homes.contains(context.self) && !home.equals(context.self)) {
                    schedule.add(new Pair(set, home));
                }
            }
        }
        if (recovery.behind() > 0) {
            schedule.want(recovery::wants);
        }
        beginDue(now);
    }

    private void beginDue(long now) {
        while (rounds.size() < settings.rounds()) {
            Pair pair = schedule.next(now, context.live::contains);
            if (pair == null) {
                return;
            }
            begin(pair, now);
        }
    }

    /** Rounds of one replica set one after the other: what one finds the next need not find again. */
    private boolean isInUse(ReplicaSetId set, NodeId except) {
        return isComparing(set, except) || responder.isServing(set, except, context.now, settings.resendNanos());
    }

    private boolean isComparing(ReplicaSetId set, @Nullable NodeId except) {
        return rounds.values().stream()
                .map(Running::pair)
                .anyMatch(pair -> pair.set().equals(set) && !pair.peer().equals(except));
    }

    /** What rounds have moved since the last look goes off the budget, which grows with time. */
    private void spend(long now) {
        long moved = 0;
        for (Running running : rounds.values()) {
            moved += running.round().findings().bytes();
        }
        long elapsed = Math.min(SECOND_NANOS, Math.max(0, now - budgetAt));
        budget -= Math.max(0, moved - movedBefore);
        budget = Math.min(settings.bytesPerSecond(), budget + settings.bytesPerSecond() / 1000 * (elapsed / 1_000_000));
        budgetAt = now;
        movedBefore = moved;
    }

    private void begin(Pair pair, long now) {
        if (isComparing(pair.set(), null)) {
            schedule.skip(pair, now);
            return;
        }
        if (responder.isServing(pair.set(), null, now, settings.resendNanos()) && !schedule.hasWaited(pair, now)) {
            schedule.putOff(pair, now, context.newId());
            return;
        }
        long id = context.newId();
        Replica replica;
        try {
            replica = context.replicas.get(pair.set());
        } catch (CorruptRecordException | StorageException | DecodeException e) {
            context.corruption("replica of partition " + pair.set().partition() + ": " + e.getMessage());
            schedule.putOff(pair, now + settings.retryNanos(), id);
            return;
        }
        // Where data was lost, differences are no writes in flight that a pause would let come in.
        ExchangeSettings rhythm = recovery.isLagging(pair.set()) ? settings.withoutPause() : settings;
        Round round = new Round(replica, id, context.ring.epoch(), rhythm, rules, new Errands(pair));
        rounds.put(id, new Running(pair, round));
        round.start(now);
    }

    private void reap(long now) {
        boolean ended = false;
        for (Iterator<Running> each = rounds.values().iterator(); each.hasNext(); ) {
            Running running = each.next();
            if (running.round().isOver()) {
                each.remove();
                ended = true;
                if (running.round().isPutOff()) {
                    schedule.putOff(running.pair(), now, context.newId());
                } else {
                    schedule.ended(running.pair(), running.round(), now, context.wallMillis());
                    recovery.compared(running.pair(), running.round());
                    completed += running.round().stage() == Stage.COMPLETE ? 1 : 0;
                }
                pushes.values().removeIf(push -> push.round() == running.round());
            }
        }
        if (ended && recovery.behind() > 0 && !busy) {
            beginDue(now);
        }
    }

    private boolean isRunning(Pair pair) {
        return rounds.values().stream().anyMatch(running -> running.pair().equals(pair));
    }

    void onExchange(NodeId from, ExchangeMessage message, long now) {
        if (message instanceof ExchangeMessage.Retire retire) {
            gaps.onRetire(from, retire);
            return;
        }
        if (message instanceof ExchangeMessage.Question question) {
            List<NodeId> homes =
                    context.homes(question.set().partition(), question.set().n());
            if (homes.contains(from) && homes.contains(context.self)) {
                responder.onQuestion(from, question, now);
            }
            return;
        }
        Running running = rounds.get(message.id());
        if (running != null && running.pair().peer().equals(from)) {
            running.round().answered((ExchangeMessage.Answer) message, now);
            reap(now);
            return;
        }
        Task heal = context.tasks.find(message.id());
        if (heal != null) {
            heal.onAnswer(from, message, now);
        }
    }

    /** The answer to what a round has sent. */
    void onAck(NodeId from, PeerMessage.WriteAck ack, long now) {
        Push push = pushes.get(ack.id());
        if (push != null && push.peer().equals(from)) {
            pushes.remove(ack.id());
            push.round().pushed(push.key(), ack.status() == Status.OK, now);
        }
    }

    /** Has a leaf fetched anew; it is looked at first whether that is needed. */
    void heal(ReplicaSetId set, int leaf) {
        Leaf which = new Leaf(set, leaf);
        if (!heals.containsKey(which) && heals.size() < HEALS_MAX) {
            heals.put(which, LeafHealTask.start(context, set, leaf));
        }
    }

    /** Rounds that this node has brought to their end. */
    long rounds() {
        return completed;
    }

    /** Keys that scrubbing has read so far. */
    long scrubbedKeys() {
        return scrubbedKeys;
    }

    /** Looks at one leaf whether its records make up its sum, and has it mended if not. */
    boolean scrub(ReplicaSetId set, int leaf) {
        try {
            LeafListing listing = context.replicas.get(set).list(leaf);
            scrubbedKeys += listing.digests().size();
            if (listing.proved()) {
                return true;
            }
            context.corruption("leaf " + leaf + " of partition " + set.partition()
                    + ": its records do not make up its sum in the hash tree; it is fetched from the other homes");
        } catch (CorruptRecordException | StorageException e) {
            context.corruption("leaf " + leaf + " of partition " + set.partition() + ": " + e.getMessage());
        }
        heal(set, leaf);
        return false;
    }

    /** A home has missed a write that nobody keeps for it: the two are compared before others. */
    void missed(NodeId home, ReplicaSetId set) {
        // Where this node is no home it has nothing to compare; those that are will be when the home is back.
        if (!settings.isOn() || !context.homes(set.partition(), set.n()).contains(context.self)) {
            return;
        }
        Pair pair = new Pair(set, home);
        schedule.add(pair);
        schedule.mark(pair::equals);
    }

    /** Whether there is room for mending one more leaf. */
    boolean mayHeal() {
        return heals.size() < HEALS_MAX;
    }

    ExchangeReport report(long now) {
        Map<Pair, Round> running = new HashMap<>();
        rounds.values().forEach(each -> running.put(each.pair(), each.round()));
        ImmutableList.Builder<ExchangeReport.Pair> pairs = ImmutableList.builder();
        schedule.standings().forEach((pair, standing) -> {
            Round round = running.get(pair);
            Findings all = new Findings();
            all.add(standing.findings());
            if (round != null) {
                all.add(round.findings());
            }
            pairs.add(new ExchangeReport.Pair(
                    pair.set(),
                    pair.peer(),
                    state(pair, standing, round, now),
                    standing.reason(),
                    standing.completedWallMillis(),
                    all.keysCompared(),
                    all.keysRepaired(),
                    all.leavesDiffering(),
                    all.bytes()));
        });
        long oldest = schedule.oldestAge(now);
        return new ExchangeReport(
                pairs.build(), oldest < 0 ? -1 : oldest / 1_000_000, scrub.leavesLooked(), scrub.leavesDamaged());
    }

    private ExchangeReport.State state(Pair pair, Schedule.Standing standing, @Nullable Round round, long now) {
        if (round != null) {
            return ExchangeReport.State.RUNNING;
        }
        if (!standing.reason().isEmpty()) {
            return ExchangeReport.State.STALLED;
        }
        boolean due = schedule.isDue(pair, now);
        return due ? ExchangeReport.State.WAITING : ExchangeReport.State.IDLE;
    }

    /** Has everything compared with the other homes, and the own trees with the records, now. */
    void runAll() {
        schedule.mark(pair -> true);
        scrub.hurry();
    }

    /** What a round has done for it. */
    private final class Errands implements RoundPort {
        private final Pair pair;

        private Errands(Pair pair) {
            this.pair = pair;
        }

        @Override
        public void ask(ExchangeMessage.Question question) {
            context.send(pair.peer(), question);
        }

        @Override
        public void push(RecordKey key, KeyState state) {
            long id = context.newId();
            for (Running running : rounds.values()) {
                if (running.pair().equals(pair)) {
                    pushes.put(id, new Push(running.round(), pair.peer(), key));
                }
            }
            context.send(
                    pair.peer(),
                    new PeerMessage.Write(
                            id, key, VersionedObject.of(state), Origin.COPY, null, PUSH_MILLIS, context.ring.epoch()));
        }

        @Override
        public void whenDurable(long commit, Durable step) {
            context.replicas.whenDurable(pair.set(), commit, step::done, context.now);
        }

        @Override
        public void heal(int leaf) {
            AntiEntropy.this.heal(pair.set(), leaf);
        }

        @Override
        public void alarm() {
            alarmed(pair.set(), pair.peer());
        }
    }

    private void alarmed(ReplicaSetId set, NodeId peer) {
        context.happened(Shard.Event.TREE_ALARM);
        // A read may have brought a delete to one of them ahead of its dot; if it stays so, a disk or this program is
        // at fault.
        context.warn("partition " + set.partition() + ": its data differs from that of " + peer
                + " although both have applied the same writes; every key that differs is compared now");
    }

    /** What answering other homes' rounds needs. */
    private final class Answers implements Responder.Port {
        @Override
        public Replica replica(ReplicaSetId set) {
            return context.replicas.get(set);
        }

        @Override
        public long epoch() {
            return context.ring.epoch();
        }

        @Override
        public long newSession() {
            return context.newId();
        }

        @Override
        public boolean isBusy(ReplicaSetId set, NodeId asker) {
            return isInUse(set, asker) || (isRunning(new Pair(set, asker)) && context.self.compareTo(asker) < 0);
        }

        @Override
        public boolean isLagging(ReplicaSetId set) {
            return recovery.isLagging(set);
        }

        @Override
        public void answer(NodeId to, ExchangeMessage.Answer answer) {
            context.send(to, answer);
        }

        @Override
        public void foundEqual(ReplicaSetId set, NodeId asker) {
            Pair pair = new Pair(set, asker);
            // Who is behind asks for himself: what he is asked may have been long under way.
            if (!recovery.wants(pair)) {
                schedule.foundEqual(pair, context.now, context.wallMillis());
            }
        }

        @Override
        public void whenDurable(ReplicaSetId set, long commit, Durable step) {
            context.replicas.whenDurable(set, commit, step::done, context.now);
        }

        @Override
        public void heal(ReplicaSetId set, int leaf) {
            AntiEntropy.this.heal(set, leaf);
        }

        @Override
        public void alarm(ReplicaSetId set, NodeId peer) {
            alarmed(set, peer);
        }
    }
}
