package io.quorate.bench.sim.raft;

import io.quorate.bench.sim.Wires;
import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** What befalls the members of one run: at any time, and in some runs at the very moment at which it hurts most. */
final class RaftFaults {
    private static final long MILLI = 1_000_000L;
    private static final int READS = 10;
    private static final int ECHOES = 24;

    private final RaftSimulation world;
    private final Random random;
    private final Wires<Bytes> wires;
    private final long until;
    private final boolean changes;
    /** Whether leaders fall where they stand: then terms follow each other quickly. */
    private final boolean leadersFall;
    /** Whether messages come again long after, where that may do harm. */
    private final boolean echoes;

    private boolean over;

    /**
     * @param until the last fault begins before
     * @param changes whether the group changes
     */
    RaftFaults(RaftSimulation world, Random random, Wires<Bytes> wires, long until, boolean changes) {
        this.world = world;
        this.random = random;
        this.wires = wires;
        this.until = until;
        this.changes = changes;
        this.leadersFall = random.nextInt(2) == 0;
        this.echoes = random.nextInt(2) == 0;
    }

    /** Whatever has been planned for the moments at which it hurts does not happen any more. */
    void end() {
        over = true;
    }

    /** The next one, and the one after it in a while. */
    void next() {
        SimMember any = any();
        SimMember other = any();
        long time = 50 * MILLI + random.nextInt(2000) * MILLI;
        if (changes && random.nextInt(3) == 0) {
            world.members().stream().filter(RaftSimulation::leads).forEach(this::changeMembers);
        }
        switch (random.nextInt(10)) {
            case 0 -> {
                if (any.isUp()) {
                    crash(any, random.nextInt(any.writesOnTheirWay() + 1), random.nextBoolean() ? time : time / 50);
                }
            }
            case 1 -> {
                world.note(any.id + " hears nothing");
                cut(any, time, false);
            }
            case 2 -> {
                world.note(any.id + " is cut off");
                cut(any, time, true);
            }
            case 3 -> {
                world.note(any.id + " pauses");
                any.pause(time);
            }
            case 4 -> any.transfer(other.id);
            case 5 -> leader().ifPresent(leader -> isolate(leader, time));
            case 6 -> {
                if (!world.leases()) {
                    standTogether();
                }
            }
            case 7 -> leader().ifPresent(leader -> handOver(leader, other, time));
            case 8 -> leader().ifPresent(leader -> plot(leader, other, time));
            default -> allDie();
        }
        if (world.now() < until) {
            world.agenda().after(random.nextInt(900) * MILLI, this::next);
        }
    }

    private SimMember any() {
        return world.members().get(random.nextInt(world.members().size()));
    }

    private Optional<SimMember> leader() {
        return world.members().stream().filter(RaftSimulation::leads).findFirst();
    }

    /** Of the writes on their way the first few are on the disk when it is back. */
    private void crash(SimMember member, int written, long nanos) {
        if (member.isUp()) {
            member.crash(written);
            world.agenda().after(nanos, () -> world.restart(member));
        }
    }

    private void cut(SimMember member, long nanos, boolean bothWays) {
        wires.cutOff(member.id, world.ids(), nanos, bothWays);
        if (echoes) {
            wires.echo(member.id, random.nextInt(ECHOES), 1000 * MILLI);
        }
    }

    /** A leader takes what nobody else hears of, sometimes much, while the others go on with another, and is asked. */
    private void isolate(SimMember leader, long nanos) {
        cut(leader, nanos, true);
        for (int i = random.nextBoolean() ? random.nextInt(60) : 0; i > 0; i--) {
            world.proposeTo(leader);
        }
        for (int i = changes ? random.nextInt(3) : 0; i > 0; i--) {
            changeMembers(leader);
        }
        ask(leader, 1000 * MILLI);
    }

    private void ask(SimMember member, long nanos) {
        for (int i = 0; i < READS; i++) {
            world.agenda().after(random.nextInt((int) nanos), member::read);
        }
    }

    private void allDie() {
        if (random.nextInt(4) == 0) {
            world.members().stream()
                    .filter(SimMember::isUp)
                    .forEach(member ->
                            crash(member, random.nextInt(member.writesOnTheirWay() + 1), random.nextInt(500) * MILLI));
        }
    }

    /** A leader asks another to stand, and then hears nothing of what comes of it. */
    private void handOver(SimMember leader, SimMember to, long nanos) {
        leader.transfer(to.id);
        world.agenda().after(random.nextInt((int) (10 * MILLI)), () -> cut(leader, nanos, true));
    }

    /**
     * One that hears the leader no more wants to take its place, and has all of the log, as nothing is asked meanwhile. The
     * others forget for whom they stand as they die and are back at once. The leader hears nothing of it, and is asked.
     */
    private void plot(SimMember leader, SimMember rival, long nanos) {
        long quiet = 300 * MILLI + random.nextInt(400) * MILLI;
        wires.cut(leader.id, rival.id, quiet);
        world.quiet(quiet);
        world.agenda().after(quiet, () -> {
            cut(leader, nanos, true);
            world.members().stream()
                    .filter(member -> member != leader && member != rival)
                    .forEach(member -> crash(member, 0, random.nextInt((int) (4 * MILLI))));
            ask(leader, 250 * MILLI);
        });
    }

    /** Two stand in the same term, as after a hand-over that was given up and made to another. */
    private void standTogether() {
        leader().ifPresent(leader -> {
            RaftCore core = leader.core();
            if (core != null) {
                Bytes word = RaftSimulation.encode(new RaftMessage.StandNow(core.term()));
                world.members().stream()
                        .filter(member -> member != leader)
                        .limit(2)
                        .forEach(member -> wires.deliver(leader.id, member.id, word, MILLI));
            }
        });
    }

    /** Some of all, in some role; who leads may be among those that go, or the only one that stays. */
    private void changeMembers(SimMember leader) {
        List<NodeId> some = new ArrayList<>(world.ids());
        Collections.shuffle(some, random);
        if (random.nextInt(4) == 0) {
            Collections.swap(some, 0, some.indexOf(leader.id));
        }
        int voters = 1 + random.nextInt(some.size());
        Set<NodeId> others = random.nextBoolean() ? new TreeSet<>(some.subList(voters, some.size())) : Set.of();
        leader.change(new TreeSet<>(some.subList(0, voters)), others);
    }

    /** Where terms meet, answers to what was asked in earlier ones come once more. */
    void hasStood(SimMember member) {
        if (echoes && !over) {
            wires.echo(member.id, random.nextInt(ECHOES), 10 * MILLI);
        }
    }

    /** Who has just won falls, in some runs: what only it has, and what it had from others, is where terms meet. */
    void hasWon(SimMember leader) {
        if (leadersFall && !over && random.nextInt(2) == 0) {
            boolean dies = random.nextInt(4) == 0;
            long time = 200 * MILLI + random.nextInt(1500) * MILLI;
            world.agenda().after(random.nextInt((int) (20 * MILLI)), () -> {
                if (dies) {
                    crash(leader, random.nextInt(leader.writesOnTheirWay() + 1), time);
                } else {
                    isolate(leader, time);
                }
            });
        }
    }

    /** Who has just voted dies, now and then, and is back at once: it must not vote again. */
    void hasVoted(SimMember member) {
        if (!over && random.nextInt(4) == 0) {
            world.agenda()
                    .after(random.nextInt((int) MILLI), () -> crash(member, 0, random.nextInt((int) (4 * MILLI))));
        }
    }
}
