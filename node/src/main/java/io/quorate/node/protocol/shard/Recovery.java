package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.antientropy.ExchangeRules;
import io.quorate.node.protocol.antientropy.Round;
import io.quorate.node.protocol.antientropy.Schedule.Pair;
import io.quorate.node.protocol.antientropy.Stage;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which replicas of this node are behind those of the other homes, and until when.
 *
 * <p>A replica <em>lags</em> when its node has lost data (a wiped disk, or one put back): what it holds counts for no read
 * and recovers no other home, until it has been compared with so many homes that do not lag themselves that any quorum
 * which acknowledged a write has one among them; or with all there are. Comparisons count that began when nobody let
 * anything rest any more on answers of the lost disk: when all other nodes knew of the new one, or the longest time that a
 * request may take was over.
 *
 * <p>A replica is merely <em>behind</em> when it was without a quorum of its homes for a while, as after every start: it may
 * have missed what the others decided. It counts as ever, but reads of one prefer others, until it has been compared with
 * all homes that can be reached and no node keeps writes for it.
 */
final class Recovery {
    private static final int FAILURES = 3;

    private final Context context;
    private final ExchangeRules rules;
    private final boolean comparing;
    private final Map<ReplicaSetId, Progress> replicas = new TreeMap<>();
    private Losses losses;
    private Set<Integer> replicaCounts = Set.of();
    private boolean allOpen = true;
    private long lostAt;
    private boolean counts;
    private long countsFrom;
    private int remembered;

    /** How far one replica has come. */
    private static final class Progress {
        private final Set<NodeId> compared = new TreeSet<>();
        private final Set<NodeId> counted = new TreeSet<>();
        private final Set<NodeId> sound = new TreeSet<>();
        private final Map<NodeId, Integer> failed = new TreeMap<>();
        private boolean behind;
        private long behindSince;
    }

    /**
     * What the node looks like from here.
     *
     * @param comparing whether homes are compared in the background, so that those behind catch up by themselves
     */
    Recovery(Context context, Losses losses, boolean comparing, ExchangeRules rules) {
        this.context = context;
        this.losses = losses;
        this.comparing = comparing;
        this.rules = rules;
        this.remembered = losses.count();
        this.lostAt = context.now;
        context.replicas.bornAfter(losses.recovered());
    }

    /** All replicas that were found on disk are behind: nobody knows for how long the node was down. */
    void started() {
        allOpen = losses.count() == losses.recovered();
        context.replicas.opened().forEach(set -> fallsBehind(set, context.now));
    }

    /**
     * Takes what is known of losses by now.
     *
     * @param replicaCounts the numbers of replicas that buckets have, and so the replicas that this node has to have
     */
    void onLosses(Losses next, Set<Integer> replicaCounts, long now) {
        if (next.count() > losses.count()) {
            replicas.values().forEach(progress -> {
                progress.compared.clear();
                progress.counted.clear();
                progress.sound.clear();
                progress.failed.clear();
            });
            lostAt = now;
            counts = false;
            context.replicas.endActors();
            remembered = Math.max(remembered, next.count());
        }
        losses = next;
        context.replicas.bornAfter(next.recovered());
        allOpen = next.count() == next.recovered();
        this.replicaCounts = Set.copyOf(replicaCounts);
    }

    /** The peers that are up have changed: who was without a quorum may have missed something. */
    void peersChanged(long now) {
        replicas.values().forEach(progress -> progress.failed.keySet().retainAll(context.live));
        for (ReplicaSetId set : context.replicas.opened()) {
            List<NodeId> homes = context.homes(set.partition(), set.n());
            long reachable = homes.stream().filter(context.live::contains).count();
            if (reachable < set.n() / 2 + 1) {
                fallsBehind(set, now);
            }
        }
    }

    private void fallsBehind(ReplicaSetId set, long now) {
        if (comparing && isHome(set) && set.n() > 1) {
            Progress progress = progress(set);
            progress.behind = true;
            progress.behindSince = now;
            progress.compared.clear();
            progress.failed.clear();
        }
    }

    private Progress progress(ReplicaSetId set) {
        return replicas.computeIfAbsent(set, s -> new Progress());
    }

    private boolean isHome(ReplicaSetId set) {
        return context.homes(set.partition(), set.n()).contains(context.self);
    }

    /** Whether a replica has lost data and not got it back yet, or may have. */
    boolean isLagging(ReplicaSetId set) {
        if (set.n() == 1 || losses.count() == losses.recovered()) {
            return losses.unsure() && set.n() > 1;
        }
        try {
            return losses.unsure() || context.replicas.get(set).recovered() < losses.count();
        } catch (CorruptRecordException | StorageException | DecodeException e) {
            // What cannot be opened now has not got anything back; whoever needs it is told why.
            return true;
        }
    }

    /** Whether a read of one should rather go to another home. */
    boolean isBehind(ReplicaSetId set) {
        Progress progress = replicas.get(set);
        return (progress != null && progress.behind) || isLagging(set);
    }

    /** Whether a comparison brings a replica of this node nearer to the others. */
    boolean wants(Pair pair) {
        Progress progress = replicas.get(pair.set());
        if (progress == null) {
            return false;
        }
        if (!progress.compared.contains(pair.peer())) {
            return progress.behind || isLagging(pair.set());
        }
        return counts && !progress.counted.contains(pair.peer()) && isLagging(pair.set());
    }

    /** A comparison with another home has ended. */
    void compared(Pair pair, Round round) {
        Progress progress = replicas.get(pair.set());
        if (progress == null) {
            return;
        }
        if (round.stage() != Stage.COMPLETE) {
            progress.failed.merge(pair.peer(), 1, Integer::sum);
            return;
        }
        progress.failed.remove(pair.peer());
        if (round.startedAt() - progress.behindSince >= 0) {
            progress.compared.add(pair.peer());
        }
        if (counts && round.startedAt() - countsFrom >= 0 && isLagging(pair.set())) {
            progress.counted.add(pair.peer());
            if (!round.withLagging()) {
                progress.sound.add(pair.peer());
            }
            catchUp(pair.set(), progress);
        }
    }

    private void catchUp(ReplicaSetId set, Progress progress) {
        List<NodeId> homes = context.homes(set.partition(), set.n());
        int quorum = set.n() / 2 + 1;
        boolean all = homes.stream().allMatch(home -> home.equals(context.self) || progress.counted.contains(home));
        if (all || rules.isRecovered(progress.sound.size(), set.n() - quorum + 1)) {
            try {
                Replica replica = context.replicas.get(set);
                context.replicas.whenDurable(
                        set,
                        replica.recover(losses.count()),
                        (failure, later) -> replica.recoveredIfDurable(failure == null),
                        context.now);
            } catch (CorruptRecordException | StorageException | DecodeException e) {
                // The disk takes nothing now; the next comparison tries again.
                progress.counted.clear();
            }
        }
    }

    /** Looks who has caught up; to be called now and then. */
    void look(long now) {
        for (ReplicaSetId set : context.replicas.opened()) {
            if (hasForgotten(set)) {
                remembered = losses.count() + 1;
            }
        }
        if (losses.count() > losses.recovered()) {
            if (!counts && rules.mayCount(losses.toldAll(), now - lostAt, context.settings.requestMaxNanos())) {
                counts = true;
                countsFrom = now;
            }
            openAll();
        }
        replicas.forEach((set, progress) -> progress.behind &= !hasCaughtUp(set, progress));
        replicas.entrySet().removeIf(entry -> !entry.getValue().behind && !isLagging(entry.getKey()));
    }

    /**
     * Whether another home has spoken of what this replica issued and does not hold any more, and no loss that is known
     * explains it: a disk was put back unnoticed.
     */
    private boolean hasForgotten(ReplicaSetId set) {
        if (set.n() == 1 || isLagging(set)) {
            return false;
        }
        try {
            return context.replicas.get(set).hasForgotten();
        } catch (CorruptRecordException | StorageException | DecodeException e) {
            // What cannot be opened now has heard of nothing.
            return false;
        }
    }

    /** A disk that was wiped does not know what it had: every replica that buckets make this node a home of is opened. */
    private void openAll() {
        if (!allOpen) {
            allOpen = true;
            for (int n : replicaCounts) {
                for (int partition = 0; partition < context.ring.partitions().value(); partition++) {
                    ReplicaSetId set = new ReplicaSetId(n, partition);
                    allOpen &= !isHome(set) || open(set);
                }
            }
        }
        for (ReplicaSetId set : context.replicas.opened()) {
            if (isHome(set) && isLagging(set)) {
                progress(set);
            }
        }
    }

    private boolean open(ReplicaSetId set) {
        try {
            return context.replicas.get(set).id().equals(set);
        } catch (CorruptRecordException | StorageException | DecodeException e) {
            // Looked at again with the next news; until then not everything is recovered.
            return false;
        }
    }

    private boolean hasCaughtUp(ReplicaSetId set, Progress progress) {
        int reachable = 0;
        for (NodeId home : context.homes(set.partition(), set.n())) {
            if (context.live.contains(home)) {
                reachable++;
                if (!home.equals(context.self) && !progress.compared.contains(home)) {
                    return false;
                }
            }
        }
        return reachable >= set.n() / 2 + 1 && !context.isOwed();
    }

    /** Whether some other home is there to catch up with, with which not one comparison after another has failed. */
    boolean progresses() {
        if (losses.unsure() && context.live.size() > 1) {
            return true;
        }
        for (Map.Entry<ReplicaSetId, Progress> entry : replicas.entrySet()) {
            ReplicaSetId set = entry.getKey();
            for (NodeId home : context.homes(set.partition(), set.n())) {
                boolean other = context.live.contains(home) && !home.equals(context.self);
                if (other && entry.getValue().failed.getOrDefault(home, 0) < FAILURES && wants(new Pair(set, home))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** How many losses have been made up for in all replicas. */
    int recovered() {
        boolean over = losses.count() > losses.recovered() && allOpen && losses.toldAll() && lagging() == 0;
        return over ? losses.count() : losses.recovered();
    }

    /** How many losses there must have been. */
    int remembered() {
        return remembered;
    }

    /** How many replicas have lost data and not got it back. */
    int lagging() {
        int lagging = 0;
        for (ReplicaSetId set : replicas.keySet()) {
            lagging += isLagging(set) ? 1 : 0;
        }
        return lagging;
    }

    /** How many replicas are behind, those that lag included. */
    int behind() {
        return replicas.size();
    }

    /** Whether nobody has said yet that this disk is the node's first, or which buckets it had. */
    boolean isUnsure() {
        return losses.unsure() || (losses.count() > losses.recovered() && replicaCounts.isEmpty() && !losses.toldAll());
    }

    /** Whether nobody else is there to say it, and nothing is known to be lost. */
    boolean isUnsureAlone() {
        return losses.unsure() && losses.count() == losses.recovered() && context.live.size() == 1;
    }
}
