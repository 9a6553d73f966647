package io.quorate.bench.sim;

import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** When everything has healed: every key read at ALL through every node, and then what the disks hold. */
final class FinalReads {
    private static final long SECOND = 1_000_000_000L;
    private static final long CONVERGENCE_MAX = 60 * SECOND;

    private final Simulation world;
    private final SimWorkload workload;
    private final SimReport report;

    FinalReads(Simulation world, SimWorkload workload, SimReport report) {
        this.world = world;
        this.workload = workload;
        this.report = report;
    }

    void run() {
        recover();
        if (world.exchanges()) {
            converge();
        }
        // A damaged record is an error to the first read, which heals it behind its answer; and a restoration that was
        // gathered too early is refused, and tried again by the next read. Reads of all cannot repair a home that is
        // behind
        // while another cannot prove what it lacks; those of a quorum can.
        int rounds = damage() ? 5 : 0;
        for (int round = 0; round < rounds; round++) {
            for (String key : workload.keys) {
                for (SimNode node : world.nodes()) {
                    read(key, round % 2 == 0 ? world.n : world.n / 2 + 1, node);
                }
            }
        }
        for (String key : workload.keys) {
            served(key);
        }
        world.agenda().runUntil(world.now() + 2 * SECOND);
        for (String key : workload.keys) {
            for (SimNode home : world.homes(key)) {
                healed(key, home);
                tidy(key, home);
            }
            // Without repair nothing brings the homes together; beside its answer a read repairs them all the same.
            if (world.readRepair != ReadRepair.NONE && stayDamaged(key) == 0 && !lagsForGood(key)) {
                equal(key);
            }
        }
    }

    /** Whoever has lost data gets back what others have, whether homes are compared in the background or not. */
    private void recover() {
        long until = world.now() + CONVERGENCE_MAX;
        while (world.now() < until && world.nodes().stream().anyMatch(SimNode::isLagging)) {
            world.agenda().runUntil(world.now() + SECOND / 4);
        }
        for (SimNode node : world.nodes()) {
            if (node.isLagging() && !damage()) {
                throw new Violation("what a disk lost is made up for", node.id + " still lags");
            }
        }
    }

    /** Homes that are left to themselves become equal, in data, clocks and trees. */
    private void converge() {
        long until = world.now() + CONVERGENCE_MAX;
        String difference = difference();
        long asked = 0;
        while (!difference.isEmpty() && world.now() < until) {
            if (asked == 0 || world.now() - asked > 10 * SECOND) {
                asked = world.now();
                world.nodes().forEach(SimNode::compareAll);
            }
            world.agenda().runUntil(world.now() + SECOND / 4);
            difference = difference();
        }
        boolean excused = damage()
                && workload.keys.stream()
                        .anyMatch(key ->
                                world.homes(key).stream().anyMatch(home -> home.isLagging() || isRefused(key, home)));
        if (!difference.isEmpty() && !excused) {
            throw new Violation("homes come together by themselves", difference);
        }
        world.oracle.handedOver();
    }

    /** In what two homes of a key differ, or what they lack for good and do not know to be lost; empty if nothing. */
    private String difference() {
        String difference = differenceOfHomes();
        return difference.isEmpty() ? gap() : difference;
    }

    /** A gap that stays though its actor is over. */
    private String gap() {
        for (String key : workload.keys) {
            ReplicaSetId set = world.record(key).set();
            for (SimNode home : world.homes(key)) {
                for (ActorId actor : home.disk.clock(set).gapped()) {
                    Shard shard = world.node(actor.node()).shard();
                    if (shard != null && !shard.isOwn(new RetiredActor(set, actor))) {
                        return home.id + " has a gap in what it knows of " + actor + ": " + home.disk.clock(set);
                    }
                }
            }
        }
        return "";
    }

    private String differenceOfHomes() {
        for (SimNode node : world.nodes()) {
            if (node.disk.hintCount() > 0) {
                return node.id + " keeps " + node.disk.hintCount() + " hints";
            }
        }
        for (String key : workload.keys) {
            RecordKey record = world.record(key);
            SimNode first = world.homes(key).get(0);
            for (SimNode home : world.homes(key)) {
                String where = key + " at " + first.id + " and " + home.id + ": ";
                if (!home.disk.isSound(record)) {
                    return key + " is damaged at " + home.id;
                }
                if (!home.disk
                        .read(record)
                        .dots()
                        .equals(first.disk.read(record).dots())) {
                    return where + first.disk.read(record).dots() + " and "
                            + home.disk.read(record).dots();
                }
                PartitionClock clock = home.disk.clock(record.set());
                if (!clock.covers(first.disk.clock(record.set()))
                        || !first.disk.clock(record.set()).covers(clock)) {
                    return where + "clocks " + first.disk.clock(record.set()) + " and " + clock;
                }
                if (!home.disk.verifyAll(record.set())) {
                    return home.id + " has a leaf of the partition of " + key + " that its records do not make up";
                }
            }
        }
        return "";
    }

    private boolean damage() {
        return world.faults.contains(FaultKind.CORRUPT_RECORD) || world.faults.contains(FaultKind.LOST_RECORD);
    }

    /** Every node answers at ALL; at QUORUM, where a home may stay damaged for good. */
    private void served(String key) {
        int damaged = stayDamaged(key);
        int level = damaged == 0 ? world.n : world.n / 2 + 1;
        if (lagsForGood(key) || level > world.n - damaged) {
            return;
        }
        for (SimNode node : world.nodes()) {
            if (!read(key, level, node)) {
                throw new Violation(
                        "healed means served",
                        "a read of " + key + " with " + level + " answers failed at " + node.id + ", with " + damaged
                                + " homes damaged for good" + homesOf(key));
            }
        }
    }

    /** Who has lost a disk gets nothing from a home that cannot prove what it lacks. */
    private boolean lagsForGood(String key) {
        return damage() && world.homes(key).stream().anyMatch(SimNode::isLagging);
    }

    private String homesOf(String key) {
        RecordKey record = world.record(key);
        StringBuilder text = new StringBuilder();
        for (SimNode home : world.homes(key)) {
            text.append("; ").append(home.id).append(isProvable(key, home) ? " " : ", damaged, ");
            text.append(home.disk.isSound(record) ? home.disk.read(record).dots() : "unreadable");
            text.append(" clock ").append(home.disk.clock(record.set()));
        }
        return text.toString();
    }

    private boolean read(String key, int level, SimNode node) {
        long before = report.reads();
        boolean[] answered = new boolean[1];
        workload.read(key, level, node, () -> answered[0] = true);
        while (!answered[0]) {
            world.agenda().runUntil(world.now() + SECOND / 50);
        }
        return report.reads() > before;
    }

    private int stayDamaged(String key) {
        if (areEqual(key)) {
            return 0;
        }
        int damaged = 0;
        for (SimNode home : world.homes(key)) {
            // Without repair, homes that differ stay so, and one that can prove nothing is of no use to a read of them.
            boolean useless = world.readRepair == ReadRepair.NONE && !isProvable(key, home);
            damaged += useless || isRefused(key, home) ? 1 : 0;
        }
        return damaged;
    }

    private boolean areEqual(String key) {
        RecordKey record = world.record(key);
        List<SimNode> homes = world.homes(key);
        return homes.stream().allMatch(home -> home.disk.isSound(record))
                && homes.stream()
                                .map(home -> home.disk.read(record).dots())
                                .distinct()
                                .count()
                        == 1;
    }

    /** Whether the home can tell what it holds and prove what it lacks. */
    private boolean isProvable(String key, SimNode home) {
        RecordKey record = world.record(key);
        return home.disk.isSound(record) && home.disk.verifyLeaf(record.set(), world.leafOf(record));
    }

    /**
     * Whether a damaged home may refuse to be healed for good: its disk vouches for writes that no other home can tell of,
     * since they had reached this disk only; or another home is damaged in the same place, so that what it lacks is no proof.
     * Nor does a record get back what its own context has come to cover: a write that was merged into it after the loss, and
     * before anybody noticed, took the clock's word for the loss being a delete.
     */
    private boolean isRefused(String key, SimNode damaged) {
        if (isProvable(key, damaged)) {
            return false;
        }
        RecordKey record = world.record(key);
        CausalContext others = CausalContext.EMPTY;
        Set<Dot> liveElsewhere = new LinkedHashSet<>();
        for (SimNode home : world.homes(key)) {
            if (home.id.equals(damaged.id)) {
                continue;
            }
            if (!isProvable(key, home)) {
                return true;
            }
            KeyState state = home.disk.read(record);
            others = others.merge(
                    state.context().fill(home.disk.clock(record.set()).base()));
            liveElsewhere.addAll(state.dots());
            for (Dot dot : state.dots()) {
                others = others.with(dot);
            }
        }
        boolean[] known = {true};
        CausalContext told = others;
        damaged.disk
                .clock(record.set())
                .forEachRange((actor, from, to) -> known[0] &= told.coversRange(actor, from, to));
        if (!known[0]) {
            return true;
        }
        if (!damaged.disk.isSound(record)) {
            return false;
        }
        KeyState own = damaged.disk.read(record);
        return !own.dots().stream().allMatch(others::covers)
                || liveElsewhere.stream()
                        .anyMatch(dot -> !own.has(dot) && own.context().covers(dot));
    }

    private void equal(String key) {
        List<SimNode> homes = world.homes(key);
        RecordKey record = world.record(key);
        List<Dot> first = homes.get(0).disk.read(record).dots();
        for (SimNode home : homes) {
            List<Dot> dots = home.disk.read(record).dots();
            if (!dots.equals(first)) {
                throw new Violation(
                        "homes are equal after a read of all",
                        key + ": " + homes.get(0).id + " has " + first + ", " + home.id + " has " + dots);
            }
            if (!stamps(home, record).equals(stamps(homes.get(0), record))) {
                throw new Violation(
                        "homes agree on the winner",
                        key + ": " + stamps(homes.get(0), record) + " at " + homes.get(0).id + ", "
                                + stamps(home, record) + " at " + home.id);
            }
        }
    }

    private static List<HybridTime> stamps(SimNode home, RecordKey record) {
        return home.disk.read(record).versions().stream().map(Version::stamp).toList();
    }

    /**
     * A damaged record is readable again. Its leaf need not match: healing trusts the leaf's sum and does not touch it, so a
     * version that was lost, and replaced before it could be put back, stays counted. A leaf that was never damaged does.
     */
    private void healed(String key, SimNode home) {
        RecordKey record = world.record(key);
        // Homes that lag for good because of other damage answer no read, and so nobody meets this one.
        if (!home.disk.isSound(record) && !isRefused(key, home) && !lagsForGood(key)) {
            throw new Violation("damage heals", home.id + " still has a damaged record of " + key + homesOf(key));
        }
        if (!home.disk.wasHurt(record.set(), world.leafOf(record)) && !isProvable(key, home)) {
            throw new Violation(
                    "the hash tree tells of the data", home.id + " has a leaf that differs, that of " + key);
        }
    }

    /** A key without versions stays only while its context reaches above the base. */
    private void tidy(String key, SimNode home) {
        Shard shard = home.shard();
        RecordKey record = world.record(key);
        if (!home.disk.isSound(record)) {
            return;
        }
        KeyState state = home.disk.read(record);
        if (shard == null || !state.versions().isEmpty() || state.isEmpty()) {
            return;
        }
        Replica replica = shard.replica(record.set());
        if (VersionRules.STANDARD.strip(state, replica.clock()).isEmpty()) {
            throw new Violation("deletes leave nothing behind", home.id + " keeps " + state + " of " + key);
        }
    }
}
