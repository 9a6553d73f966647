package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import com.google.common.collect.Sets;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.node.protocol.pace.Allowance;
import io.quorate.node.protocol.pace.AnswerTimes;
import io.quorate.node.protocol.pace.FreezeWatch;
import io.quorate.node.protocol.pace.PaceSettings;
import io.quorate.node.protocol.pace.ResendTimes;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.HybridClock;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the tasks of a shard share. */
final class Context {
    private static final long ERA_MILLIS = 600_000;
    /** Without any input, not even a tick, for so long a shard has been held up; others may have stood in for it. */
    private static final long HELD_UP_NANOS = 200_000_000L;
    /** How long after that it asks the others what they have taken. */
    private static final long CATCHING_UP_NANOS = 1_000_000_000L;

    final NodeId self;
    final RingState ring;
    final ShardSettings settings;
    final VersionRules rules;
    final Replicas replicas;
    final Tasks tasks;
    final AgreedTime agreedTime;
    final AnsweredReads answeredReads = new AnsweredReads();
    /** How fast peers answer reads of one key, and forwarded requests. */
    final AnswerTimes readTimes;

    final AnswerTimes forwardTimes;
    /** When writes that a peer has not acknowledged are sent to it again. */
    final ResendTimes writeResends;
    /** Room for messages that are sent for speed alone. */
    final Allowance spareReads;

    final Allowance spareWrites;
    final Stalls stalls = new Stalls();
    /** The time of the input that is being handled. */
    long now;

    private @Nullable FreezeWatch freezes;
    private ImmutableMap<NodeId, PeerInfo> peers = ImmutableMap.of();
    /** The disk that each node had when it was last up. */
    private final Map<NodeId, Long> disks = new HashMap<>();

    private long peersAt;
    ImmutableSet<NodeId> live;
    ImmutableMap<String, Integer> gone = ImmutableMap.of();

    /** Takes what this node sends to itself. */
    interface Local {
        void take(PeerMessage.Data message, long now);
    }

    private final Surroundings surroundings;
    private final Local local;
    private final Deque<Consumer<Long>> loopback;
    /** Begins anywhere, so that an answer meant for this node's last run finds nobody. */
    private long nextId;

    private boolean stoodIn;
    private long stoodInAt;
    private boolean heldUp;
    private long heldUpUntil;
    /** When a peer asked about a key for which it stood in: sooner known than by its pings. */
    private final Map<NodeId, Long> seenStandingIn = new HashMap<>();
    /** Of keyed writes that this home has not made yet, by the hashes of their keys. */
    final Map<Bytes, Inquiry> undecided = new HashMap<>();

    Context(
            Surroundings surroundings,
            RingState ring,
            ShardSettings settings,
            Replicas replicas,
            Tasks tasks,
            AgreedTime agreedTime,
            Deque<Consumer<Long>> loopback,
            Local local) {
        this.local = local;
        this.surroundings = surroundings;
        this.self = surroundings.self();
        this.ring = ring;
        this.settings = settings;
        this.rules = surroundings.rules();
        this.replicas = replicas;
        this.tasks = tasks;
        this.agreedTime = agreedTime;
        this.loopback = loopback;
        this.live = ImmutableSet.of(self);
        PaceSettings pace = settings.pace();
        this.readTimes = new AnswerTimes(pace);
        this.forwardTimes = new AnswerTimes(pace);
        this.writeResends = new ResendTimes(settings.resendNanos());
        this.spareReads = new Allowance(pace.hedgePermille(), pace.hedgesSaved());
        this.spareWrites = new Allowance(pace.hedgePermille(), pace.hedgesSaved());
        this.nextId = surroundings.randomLongs().getAsLong();
    }

    /** Every input begins with this. */
    void at(long time) {
        FreezeWatch watch = freezes;
        if (watch == null) {
            freezes = new FreezeWatch(time);
        } else {
            watch.tick(time);
            if (time - now >= HELD_UP_NANOS) {
                heldUp = true;
                heldUpUntil = time + CATCHING_UP_NANOS;
            }
        }
        now = time;
    }

    /** Whether a long pause has just ended, so that nobody can tell how long what comes in has waited. */
    boolean justWoken() {
        FreezeWatch watch = freezes;
        return watch != null && watch.justWoken(now) > 0;
    }

    /** Sends a message; false if it is a request to a peer that stalls, to which nothing goes now. */
    boolean send(NodeId to, PeerMessage.Data message) {
        if (to.equals(self)) {
            later(now -> local.take(message, now));
            return true;
        }
        if (isRequest(message) && !stalls.sends(to, now)) {
            return false;
        }
        surroundings.output().send(to, message);
        return true;
    }

    /** Those that every node answers soon, whatever the answer. */
    private static boolean isRequest(PeerMessage.Data message) {
        return message instanceof PeerMessage.Write
                || message instanceof PeerMessage.KeepHint
                || message instanceof PeerMessage.Read
                || message instanceof PeerMessage.FindRequest;
    }

    /** The same nodes, those that stall last. */
    List<NodeId> stalledLast(List<NodeId> nodes) {
        List<NodeId> ordered = new ArrayList<>(nodes);
        ordered.sort(Comparator.comparing(node -> stalls.isStalled(node, now)));
        return ordered;
    }

    /** Runs a step after the current input, before any other. */
    void later(Consumer<Long> step) {
        loopback.add(step);
    }

    long newId() {
        return nextId++;
    }

    long register(Task task) {
        long id = newId();
        tasks.add(id, task);
        return id;
    }

    void happened(Shard.Event event) {
        surroundings.output().happened(event);
    }

    void closed(RetiredActor actor, PartitionClock known) {
        happened(Shard.Event.GAPS_CLOSED);
        surroundings.output().closed(actor, known);
    }

    void warn(String what) {
        surroundings.output().warn(what);
    }

    void corruption(String what) {
        surroundings.output().corruption(what);
    }

    long wallMillis() {
        return surroundings.wallMillis().getAsLong();
    }

    /** By the agreed time where there is one: a clock that jumps must not have a retry forgotten. */
    int era() {
        long agreed = agreedTime.read().millis();
        return (int) ((agreed == 0 ? wallMillis() : agreed) / ERA_MILLIS);
    }

    /** Nodes other than this that may keep a write for a home, in the order in which every coordinator takes them. */
    List<NodeId> fallbacks(ReplicaSetId set) {
        List<NodeId> homes = homes(set.partition(), set.n());
        List<NodeId> fallbacks = new ArrayList<>();
        // With fewer homes than the ring lists, the others of the list come first.
        for (NodeId node : Iterables.concat(
                ring.preference(set.partition()).homes(),
                ring.preference(set.partition()).fallbacks())) {
            if (!homes.contains(node) && (node.equals(self) || live.contains(node)) && !stalls.isStalled(node, now)) {
                fallbacks.add(node);
            }
        }
        return fallbacks;
    }

    /** Of this node where it is no home; in memory, as every run of the node is another actor there (rule E8). */
    private long fallbackIncarnation;

    private final Map<ReplicaSetId, Long> fallbackCounters = new HashMap<>();
    private final HybridClock fallbackClock = new HybridClock(HybridTime.NONE);

    /** The dot of the next write that this node makes where it is no home. */
    Dot nextFallbackDot(ReplicaSetId set) {
        if (fallbackCounters.isEmpty()) {
            fallbackIncarnation = surroundings
                    .hintRules()
                    .incarnation(surroundings.randomLongs().getAsLong());
        }
        long counter = fallbackCounters.computeIfAbsent(set, s -> 0L) + 1;
        return new Dot(new ActorId(self, set.partition(), fallbackIncarnation), counter);
    }

    /** That dot is taken; of one that is not, nothing would ever be heard. */
    void tookFallbackDot(ReplicaSetId set) {
        fallbackCounters.merge(set, 1L, Long::sum);
    }

    /** Issues what follows where this node is no home under another actor, unless a write of the present one goes on. */
    void endFallbackActor() {
        if (!tasks.any(FallbackWriteTask.class::isInstance)) {
            fallbackCounters.clear();
        }
    }

    /** Whether this node coordinates under an actor where it is no home. */
    boolean isFallbackActor(ActorId actor) {
        return actor.node().equals(self) && !fallbackCounters.isEmpty() && actor.incarnation() == fallbackIncarnation;
    }

    /** Over what a write goes that this node makes for homes which cannot be reached, where the last writer wins. */
    CausalContext overruled(CausalContext seen, KeyState local) {
        return rules.overruled(seen, local, rules.stamp(fallbackClock, seen, local, agreedTime.read()));
    }

    private @Nullable Recovery recovery;

    void recoverWith(Recovery next) {
        recovery = next;
    }

    Recovery recovery() {
        Recovery known = recovery;
        if (known == null) {
            throw new IllegalStateException("nothing is known of losses yet");
        }
        return known;
    }

    /** Whether reads may rest on what this node has of a replica set. */
    boolean mayAnswer(ReplicaSetId set) {
        return surroundings.exchangeRules().mayAnswer(recovery().isLagging(set));
    }

    private @Nullable HintKeeper hints;

    void keepHintsIn(HintKeeper keeper) {
        hints = keeper;
    }

    HintKeeper hints() {
        HintKeeper keeper = hints;
        if (keeper == null) {
            throw new IllegalStateException("no place for hints yet");
        }
        return keeper;
    }

    /** A home has missed a write that nobody keeps for it. */
    void behind(NodeId home, ReplicaSetId set) {
        behind.accept(home, set);
    }

    /** Told of homes that have missed something. */
    BiConsumer<NodeId, ReplicaSetId> behind = (home, set) -> {};

    List<NodeId> homes(int partition, int n) {
        return ring.preference(partition).homes(n);
    }

    /** Refuses what a node with another ring may say: it must not get any further. */
    void check(PeerMessage.Data message) {
        if (message.partition() >= ring.partitions().value()) {
            throw new DecodeException("partition " + message.partition() + " of "
                    + ring.partitions().value());
        }
        ReplicaSetId set = null;
        NodeId target = null;
        if (message instanceof PeerMessage.Write write) {
            set = write.key().set();
        } else if (message instanceof PeerMessage.Read read) {
            set = read.key().set();
        } else if (message instanceof PeerMessage.Forward forward) {
            set = forward.request().address().record().set();
        } else if (message instanceof PeerMessage.FindRequest find) {
            set = find.key().set();
        } else if (message instanceof PeerMessage.KeepHint keep) {
            set = keep.key().set();
            target = keep.target();
        } else if (message instanceof ExchangeMessage.Question question) {
            set = question.set();
        }
        if (set != null && (set.n() < 1 || set.n() > ring.table().replicas())) {
            throw new DecodeException(
                    "n=" + set.n() + " where keys have at most " + ring.table().replicas() + " replicas");
        }
        if (set != null
                && target != null
                && (target.equals(self) || !homes(set.partition(), set.n()).contains(target))) {
            throw new DecodeException(
                    "a hint for " + target + ", which is no other home of partition " + set.partition());
        }
    }

    boolean isGone(String bucket, int generation) {
        Integer last = gone.get(bucket);
        return last != null && generation <= last;
    }

    void peersChanged(ImmutableMap<NodeId, PeerInfo> up, long now) {
        for (NodeId peer : Sets.union(peers.keySet(), up.keySet())) {
            PeerInfo before = peers.get(peer);
            PeerInfo after = up.get(peer);
            if (before == null || after == null || before.bootId() != after.bootId()) {
                readTimes.forget(peer);
                forwardTimes.forget(peer);
                writeResends.forget(peer);
            }
            if (after != null) {
                // Whether or not it was seen to be down in between.
                Long known = disks.put(peer, after.disk());
                if (known != null && known != after.disk()) {
                    tasks.disk(peer, now);
                }
            }
        }
        peers = up;
        peersAt = now;
        stalls.keepOnly(up.keySet());
        agreedTime.heard(up);
        live = ImmutableSet.<NodeId>builder().add(self).addAll(up.keySet()).build();
    }

    /** Whether a peer says that it is not ready. */
    boolean isUnready(NodeId peer) {
        PeerInfo info = peers.get(peer);
        return info != null && !info.serving();
    }

    /** Whether a peer is to be asked last: it is not ready, or behind. */
    boolean isAskedLast(NodeId peer) {
        PeerInfo info = peers.get(peer);
        return info != null && (!info.serving() || info.catchingUp());
    }

    /** Whether some node keeps writes for this one. */
    boolean isOwed() {
        return peers.values().stream().anyMatch(PeerInfo::owes);
    }

    /** Has homes that were passed over as slow asked once in a while, so that they come back into use. */
    void probe(List<NodeId> passedOver, RecordKey key, AnswerTimes times, long now, long deadline) {
        for (NodeId home : passedOver) {
            if (times.probeDue(home, now)) {
                long id = newId();
                times.asked(home, id, AnswerTimes.PROBE, now);
                send(home, new PeerMessage.Read(id, key, Want.DIGEST, millisLeft(now, deadline), ring.epoch()));
            }
        }
    }

    /** A peer asks about a keyed write; if it is not the key's first home, it stands in for one. */
    void asksAbout(RecordKey key, NodeId from, long now) {
        if (!homes(key.set().partition(), key.set().n()).get(0).equals(from)) {
            seenStandingIn.put(from, now);
        }
    }

    void stoodIn(long now) {
        stoodIn = true;
        stoodInAt = now;
    }

    long standInMillis(long now) {
        return stoodIn ? (now - stoodInAt) / 1_000_000 : -1;
    }

    /** Whether a peer may have taken a write that this home would have to know of. */
    boolean recentlyStoodIn(NodeId peer, long now) {
        heldUp = heldUp && now - heldUpUntil < 0;
        Long seen = seenStandingIn.get(peer);
        if (heldUp || (seen != null && (now - seen) / 1_000_000 < 2 * ERA_MILLIS)) {
            return true;
        }
        PeerInfo info = peers.get(peer);
        return info != null
                && info.standInMillis() >= 0
                && info.standInMillis() + (now - peersAt) / 1_000_000 < 2 * ERA_MILLIS;
    }

    /** The time that goes with a write: it is taken however late it comes, and sent again after this. */
    int resendMillis() {
        return (int) Math.min(60_000, settings.resendNanos() / 1_000_000);
    }

    static int millisLeft(long now, long deadline) {
        return (int) Math.max(0, (deadline - now) / 1_000_000);
    }
}
