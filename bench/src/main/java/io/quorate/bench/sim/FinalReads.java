package io.quorate.bench.sim;

import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionRules;
import java.util.List;

/** When everything has healed: every key read at ALL through every node, and then what the disks hold. */
final class FinalReads {
    private static final long SECOND = 1_000_000_000L;

    private final Simulation world;
    private final SimWorkload workload;
    private final SimReport report;

    FinalReads(Simulation world, SimWorkload workload, SimReport report) {
        this.world = world;
        this.workload = workload;
        this.report = report;
    }

    void run() {
        boolean damage =
                world.faults.contains(FaultKind.CORRUPT_RECORD) || world.faults.contains(FaultKind.LOST_RECORD);
        // Twice: a damaged record is an error to the first read and healed behind it.
        for (int round = 0; round < (damage ? 3 : 1); round++) {
            for (String key : workload.keys) {
                for (SimNode node : world.nodes()) {
                    long before = report.reads();
                    boolean[] answered = new boolean[1];
                    workload.read(key, world.n, node, () -> answered[0] = true);
                    while (!answered[0]) {
                        world.agenda().runUntil(world.now() + SECOND / 50);
                    }
                    if (!damage && report.reads() == before) {
                        throw new Violation("healed means served", "a read of " + key + " at ALL failed at " + node.id);
                    }
                }
            }
        }
        world.agenda().runUntil(world.now() + 2 * SECOND);
        for (String key : workload.keys) {
            if (!damage) {
                equal(key);
            }
            for (SimNode home : world.homes(key)) {
                if (!damage) {
                    tidy(key, home);
                }
            }
        }
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
            if (!home.disk.verifyAll(record.set())) {
                throw new Violation("the hash tree tells of the data", home.id + " has a leaf that differs");
            }
        }
    }

    /** A key without versions stays only while its context reaches above the base. */
    private void tidy(String key, SimNode home) {
        Shard shard = home.shard();
        RecordKey record = world.record(key);
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
