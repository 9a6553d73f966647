package io.quorate.bench.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which faults come when, by a seed: every kind that is possible comes round, in an order drawn anew each time. */
final class FaultPlan {
    private static final int PAIR_PERCENT = 25;
    /** What a leader does not hand its lead over for, or not in time. */
    private static final Set<Fault> AIMED =
            EnumSet.of(Fault.KILL, Fault.FREEZE, Fault.ISOLATE, Fault.ONE_WAY_CUT, Fault.SLOW, Fault.UNPLUG);

    private final Random random;
    private final List<Set<Fault>> possible;
    private final List<Fault> left = new ArrayList<>();
    private final boolean aims;
    private final Map<Fault, Integer> used = new EnumMap<>(Fault.class);

    /**
     * One fault of one node.
     *
     * @param atLeader whether it is to hit who leads then, if that can be found out, in place of the node
     */
    record Doing(Fault fault, int node, boolean atLeader) {}

    /**
     * What comes next.
     *
     * @param calmMillis before it
     * @param doings one, or two of different nodes
     */
    record Step(long calmMillis, List<Doing> doings, long lastsMillis) {}

    /**
     * A plan.
     *
     * @param possible what can be done to each node
     * @param aims whether half of the faults that a leader suffers from are to hit one
     */
    FaultPlan(long seed, List<Set<Fault>> possible, boolean aims) {
        this.random = new Random(seed);
        this.possible = possible;
        this.aims = aims;
    }

    /** The next step, whose calm and length are about {@code millis}. */
    Step next(long millis) {
        List<Doing> doings = new ArrayList<>();
        Doing first = draw();
        doings.add(first);
        Doing second = random.nextInt(100) < PAIR_PERCENT ? beside(first) : null;
        if (second != null) {
            doings.add(second);
        }
        doings.forEach(doing -> used.merge(doing.fault(), 1, Integer::sum));
        return new Step(about(millis), doings, about(millis));
    }

    /** How often each has come. */
    Map<Fault, Integer> used() {
        return used;
    }

    private long about(long millis) {
        return millis / 2 + (long) (random.nextDouble() * millis);
    }

    private Doing draw() {
        if (left.isEmpty()) {
            for (Fault fault : Fault.values()) {
                if (possible.stream().anyMatch(each -> each.contains(fault))) {
                    left.add(fault);
                }
            }
            Collections.shuffle(left, random);
        }
        Fault fault = left.remove(left.size() - 1);
        return doing(fault, node(fault, -1));
    }

    private int node(Fault fault, int except) {
        List<Integer> nodes = new ArrayList<>();
        for (int node = 0; node < possible.size(); node++) {
            if (node != except && possible.get(node).contains(fault)) {
                nodes.add(node);
            }
        }
        return nodes.isEmpty() ? -1 : nodes.get(random.nextInt(nodes.size()));
    }

    /** Nothing beside the loss of a disk, so that no write has lost more copies than the store promises to do without. */
    private @Nullable Doing beside(Doing first) {
        Fault[] all = Fault.values();
        Fault fault = all[random.nextInt(all.length)];
        int node = node(fault, first.node());
        boolean clashes = first.fault().losesData()
                || fault.losesData()
                || (fault.isOfLinks() && first.fault().isOfLinks());
        return clashes || node < 0 ? null : doing(fault, node);
    }

    private Doing doing(Fault fault, int node) {
        return new Doing(fault, node, aims && AIMED.contains(fault) && random.nextBoolean());
    }
}
