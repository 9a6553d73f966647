package io.quorate.bench.sim.group;

import io.quorate.bench.check.Violation;
import io.quorate.bench.sim.Wires;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes lose their disks, or what their disks have of the log, when they die, in some of the runs: one at a time, and the next only when the last is a member
 * again. By random numbers of its own, so that the other runs are what they would be without.
 */
final class LostDisks {
    private static final long MILLI = 1_000_000L;
    /** Odd and large, so that seeds that follow each other begin far apart. */
    private static final long STREAM = 0x9e3779b97f4a7c15L;

    private static final int NODES_MIN = 3;

    private final GroupSimulation world;
    private final List<GroupNode> nodes;
    private final Wires<GroupMessage> wires;
    private final Random random;
    private final boolean come;
    private final GroupBug bug;
    private boolean over;
    /** Who is to lose its disk when it acknowledges something. */
    private @Nullable NodeId victim;

    /** Of one run of a group of these nodes. */
    LostDisks(long seed, GroupBug bug, GroupSimulation world, List<GroupNode> nodes, Wires<GroupMessage> wires) {
        this.world = world;
        this.nodes = nodes;
        this.wires = wires;
        this.random = new Random(seed * STREAM);
        this.bug = bug;
        boolean some = random.nextInt(3) == 0;
        this.come = nodes.size() >= NODES_MIN && (bug == GroupBug.NONE ? some : bug.isOfLostDisks());
    }

    void begin() {
        if (come) {
            world.agenda().after(random.nextInt(2000) * MILLI, this::plot);
        }
    }

    void end() {
        over = true;
    }

    /**
     * A leader and nearly half of the others hear nothing of each other, and then one forgets what it has just told the leader
     * to have.
     */
    private void plot() {
        if (over) {
            return;
        }
        victim = null;
        nodes.stream().filter(GroupSimulation::leads).findFirst().ifPresent(leader -> {
            List<GroupNode> others = new ArrayList<>(nodes);
            others.remove(leader);
            Collections.shuffle(others, random);
            long time = 300 * MILLI + random.nextInt(700) * MILLI;
            for (GroupNode lonely : others.subList(0, nodes.size() / 2)) {
                wires.cut(leader.id, lonely.id, time);
                wires.cut(lonely.id, leader.id, time);
            }
            victim = others.get(others.size() - 1).id;
        });
        begin();
    }

    /** Dies, and is back soon. */
    private void hit(NodeId id, long nanos) {
        if (!over) {
            world.crashFor(node(id), () -> random.nextInt((int) nanos));
        }
    }

    /** A node has just died: it may lose its disk, or its log may be damaged. */
    void died(GroupNode node) {
        if (takes(node)) {
            switch (bug) {
                case DAMAGED_LOG_CUT_OFF -> node.cutOff();
                case LOST_DISK_VOTES, LET_IN_WITHOUT_PROOF -> node.wipe();
                default -> {
                    if (random.nextInt(3) == 0) {
                        node.spoil();
                    } else {
                        node.wipe();
                    }
                }
            }
        }
    }

    private boolean takes(GroupNode node) {
        boolean wanted = come && (node.id.equals(victim) || random.nextInt(2) == 0);
        victim = wanted ? null : victim;
        return wanted && nodes.stream().noneMatch(other -> !other.id.equals(node.id) && other.isForgetful());
    }

    /**
     * A node says something to another. Who has forgotten what it promised promises nothing. Who promises may forget just that;
     * who sends a state may die before the other has the rest.
     */
    void says(NodeId from, NodeId to, GroupMessage message) {
        if (!come || from.equals(to)) {
            return;
        }
        boolean votes = isVote(message);
        boolean acknowledges = isAcknowledgement(message);
        if ((votes || acknowledges) && node(from).isForgetful()) {
            throw new Violation("who has lost its disk promises nothing", from + " says " + message);
        }
        boolean sends = message instanceof GroupMessage.StatePart part && part.last();
        boolean forgets =
                (votes && random.nextInt(8) == 0) || (acknowledges && from.equals(victim) && random.nextInt(4) == 0);
        if (forgets) {
            world.agenda().after(random.nextInt((int) MILLI), () -> hit(from, 4 * MILLI));
        } else if (sends && random.nextInt(2) == 0) {
            world.agenda().after(random.nextInt((int) (20 * MILLI)), () -> hit(from, 1000 * MILLI));
        }
    }

    private static boolean isVote(GroupMessage message) {
        return message instanceof GroupMessage.Raft raft
                && raft.message() instanceof RaftMessage.Voted voted
                && voted.granted();
    }

    private static boolean isAcknowledgement(GroupMessage message) {
        return message instanceof GroupMessage.Raft raft && raft.message() instanceof RaftMessage.Appended;
    }

    private GroupNode node(NodeId id) {
        return nodes.stream().filter(node -> node.id.equals(id)).findFirst().orElseThrow();
    }
}
