package io.quorate.bench.sim;

import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.PartitionClock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Brings about, now and then, the faults that this seed has. */
final class SimFaults {
    /** By how much a clock of a run may be wrong, the one that jumps apart. */
    static final int CLOCK_ERROR_MAX_MILLIS = 600_000;

    private static final long TEN_YEARS_MILLIS = 315_576_000_000L;
    private static final long MILLI = 1_000_000L;

    private final Simulation world;
    private final RandomGenerator random;
    private final Map<NodeId, SimDisk.Image> images = new TreeMap<>();
    private @Nullable NodeId jumper;
    private boolean over;

    SimFaults(Simulation world) {
        this.world = world;
        this.random = world.random.faults;
    }

    void begin() {
        world.agenda().after(random.nextInt(400) * MILLI, this::step);
    }

    private void step() {
        if (over) {
            return;
        }
        List<FaultKind> kinds = world.faults.stream().toList();
        if (!kinds.isEmpty()) {
            bring(kinds.get(random.nextInt(kinds.size())));
        }
        world.agenda().after((50 + random.nextInt(600)) * MILLI, this::step);
    }

    private SimNode any() {
        List<SimNode> nodes = world.nodes();
        return nodes.get(random.nextInt(nodes.size()));
    }

    private void bring(FaultKind kind) {
        switch (kind) {
            case CUT -> cut(true);
            case ONE_WAY_CUT -> cut(false);
            case CRASH -> crash(any());
            case UNPROVED_START -> startUnproved(any());
            case OLD_DISK -> putBack(any());
            case WIPED_DISK -> wipe(any());
            case PAUSE -> pause(any());
            case SLOW_NODE -> slow(any());
            case FULL_DISK -> fullDisk(any());
            case CORRUPT_RECORD -> damage(true);
            case LOST_RECORD -> damage(false);
            case WALL_CLOCK -> clock(any());
            case DROP, DUPLICATE, LONG_DELAY, SLOW_DISK, CLOCK_SKEW -> {
                // These happen by themselves, message by message.
            }
        }
    }

    private void cut(boolean bothWays) {
        NodeId alone = any().id;
        world.count(bothWays ? FaultKind.CUT : FaultKind.ONE_WAY_CUT);
        world.note("cut " + alone + (bothWays ? "" : " one way"));
        for (SimNode other : world.nodes()) {
            if (!other.id.equals(alone) && (bothWays || random.nextBoolean())) {
                world.network().cut(alone, other.id);
                if (bothWays) {
                    world.network().cut(other.id, alone);
                }
            }
        }
        world.agenda()
                .after(
                        (100 + random.nextInt(2500)) * MILLI,
                        () -> world.network().mend());
    }

    /**
     * Sets a clock wrong: by less than nodes bear with, by minutes, or by ten years. The latter always the same node's: the
     * others may remember for a while what the clock of a node that is down has shown, and two out of three would be right.
     */
    private void clock(SimNode node) {
        RandomGenerator clocks = world.random.clocks;
        world.count(FaultKind.WALL_CLOCK);
        if (node.clockErrorMillis() < TEN_YEARS_MILLIS
                && (jumper == null || jumper.equals(node.id))
                && clocks.nextInt(3) == 0) {
            world.note(node.id + " jumps ten years ahead");
            jumper = node.id;
            node.setClock(TEN_YEARS_MILLIS);
            world.agenda().after(clocks.nextInt(3000) * MILLI, () -> node.setClock(someError(clocks)));
        } else if (node.clockErrorMillis() < TEN_YEARS_MILLIS) {
            node.setClock(someError(clocks));
            world.note(node.id + " has its clock wrong by " + node.clockErrorMillis() + " ms");
        }
    }

    static long someError(RandomGenerator clocks) {
        int most = clocks.nextBoolean() ? CLOCK_ERROR_MAX_MILLIS : 50_000;
        return (long) clocks.nextInt(2 * most) - most;
    }

    private void crash(SimNode node) {
        if (!node.isUp()) {
            return;
        }
        world.count(FaultKind.CRASH);
        node.crash(random.nextBoolean());
        world.agenda().after((10 + random.nextInt(1500)) * MILLI, () -> {
            if (!node.isUp()) {
                node.start();
            }
        });
    }

    private void startUnproved(SimNode node) {
        if (!node.isUp()) {
            return;
        }
        world.count(FaultKind.UNPROVED_START);
        node.crash(random.nextBoolean());
        world.agenda().after((10 + random.nextInt(1500)) * MILLI, () -> {
            if (!node.isUp()) {
                node.start(false);
            }
        });
    }

    /** Copies a node's disk the first time, and puts the copy back the next. */
    private void putBack(SimNode node) {
        SimDisk.Image image = images.remove(node.id);
        if (image == null) {
            images.put(node.id, node.disk.image());
            return;
        }
        if (!node.isUp()) {
            return;
        }
        world.count(FaultKind.OLD_DISK);
        node.crash(random.nextBoolean());
        loses(node, () -> node.disk.putBack(image));
        world.note(node.id + " gets an old disk");
        node.start(world.bug() == PlantedBug.ACTOR_KEPT_ON_OLD_DISK);
    }

    /** Replaces a node's disk by an empty one. */
    private void wipe(SimNode node) {
        if (!node.isUp()) {
            return;
        }
        world.count(FaultKind.WIPED_DISK);
        images.remove(node.id);
        node.crash(random.nextBoolean());
        loses(node, node.disk::wipe);
        world.note(node.id + " gets an empty disk");
        node.start(true);
    }

    /**
     * Has a disk forget something, and tells the oracle what. Where no other disk has lost anything that has not come back,
     * nothing that a quorum took may be missed by anybody ever after.
     */
    private void loses(SimNode node, Runnable how) {
        boolean alone = world.n > 1
                && node.isWhole()
                && world.nodes().stream().allMatch(other -> other == node || other.isWhole())
                && !world.faults.contains(FaultKind.CORRUPT_RECORD)
                && !world.faults.contains(FaultKind.LOST_RECORD);
        Map<ReplicaSetId, PartitionClock> before = new LinkedHashMap<>();
        node.disk.replicaSets().forEach(set -> before.put(set, node.disk.clock(set)));
        Set<Dot> kept = node.disk.kept();
        how.run();
        kept.removeAll(node.disk.kept());
        world.oracle.diskReplaced(kept::contains, alone);
        before.forEach((set, clock) -> world.oracle.diskReplaced(
                dot -> clock.contains(dot) && !node.disk.clock(set).contains(dot), alone));
        node.losesData();
    }

    private void pause(SimNode node) {
        if (!node.isUp()) {
            return;
        }
        world.count(FaultKind.PAUSE);
        node.pause();
        // Some longer than any request may take.
        int most = random.nextInt(3) == 0 ? 5000 : 2000;
        world.agenda().after((20 + random.nextInt(most)) * MILLI, node::resume);
    }

    private void slow(SimNode node) {
        world.count(FaultKind.SLOW_NODE);
        world.note(node.id + " becomes slow");
        world.network().slow(node.id, true);
        world.agenda()
                .after(
                        (500 + random.nextInt(3000)) * MILLI,
                        () -> world.network().slow(node.id, false));
    }

    private void fullDisk(SimNode node) {
        if (!node.isUp() || node.disk.isFull()) {
            return;
        }
        world.count(FaultKind.FULL_DISK);
        world.note(node.id + " has a full disk");
        node.disk.fill();
        // Nothing is written after a failure until the node starts anew.
        world.agenda().after((100 + random.nextInt(900)) * MILLI, () -> {
            if (node.isUp() && node.disk.isFull()) {
                node.crash(false);
                node.start();
            }
        });
    }

    /** One record on one disk goes bad; never while another home of the key is damaged or down. */
    private void damage(boolean corrupt) {
        SimNode node = any();
        List<RecordKey> keys = node.disk.records().keySet().stream().toList();
        if (keys.isEmpty() || world.n < 2) {
            return;
        }
        RecordKey key = keys.get(random.nextInt(keys.size()));
        List<SimNode> others = world.homes(key.key().toUtf8()).stream()
                .filter(home -> !home.id.equals(node.id))
                .toList();
        boolean othersSound =
                others.stream().allMatch(home -> home.disk.isSound(key) && home.disk.verifyAll(key.set()));
        if (!othersSound || !node.disk.isSound(key) || world.nodes().stream().anyMatch(each -> !each.isWhole())) {
            return;
        }
        if (!corrupt && node.disk.read(key).versions().isEmpty()) {
            // A lost record without versions leaves no trace: what it knew of deletes is lost with the disk's word for
            // it.
            return;
        }
        world.count(corrupt ? FaultKind.CORRUPT_RECORD : FaultKind.LOST_RECORD);
        world.note(node.id
                + (corrupt ? " has a damaged record of " : " loses the record of ")
                + key.key().toUtf8() + ", " + node.disk.read(key).dots());
        world.oracle.diskLost(
                key.key().toUtf8(), dot -> others.stream().anyMatch(home -> world.hasApplied(home, key.set(), dot)));
        if (corrupt) {
            node.disk.corrupt(key);
        } else {
            world.oracle.erased(key.key().toUtf8(), node.disk.read(key));
            node.disk.lose(key);
        }
    }

    /** Ends all faults and starts every node that is down. */
    void healEverything() {
        over = true;
        world.note("everything heals");
        world.network().calm();
        world.calm();
        for (SimNode node : world.nodes()) {
            node.setClock(Math.min(node.clockErrorMillis(), CLOCK_ERROR_MAX_MILLIS));
            node.resume();
            if (node.isUp() && node.disk.isFull()) {
                node.crash(false);
            }
            if (!node.isUp()) {
                node.start();
            }
        }
    }
}
