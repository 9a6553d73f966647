package io.quorate.ring.placement;

import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills partition after partition with the least loaded nodes: as many zones as possible first, then the lowest load
 * for its capacity. The order within a partition gives every place (first, second, ...) to the node that has had it
 * least often for its capacity, so that coordinators spread. It does not look at the previous table: it plans the birth
 * of a cluster.
 */
public final class BalancedPlanner implements PlacementPlanner {
    @Override
    public PartitionTable plan(
            Membership membership, PartitionCount partitions, int replicas, @Nullable PartitionTable previous) {
        if (replicas < 1 || membership.size() < replicas) {
            throw new IllegalArgumentException("placement.replicas = " + replicas + " needs at least " + replicas
                    + " nodes, but the ring has " + membership.size());
        }
        List<Candidate> all = new ArrayList<>();
        for (Member member : membership.members()) {
            all.add(new Candidate(member, all.size(), new int[replicas]));
        }
        List<List<NodeId>> rows = new ArrayList<>(partitions.value());
        for (int partition = 0; partition < partitions.value(); partition++) {
            List<Candidate> homes = choose(all, replicas, partition);
            for (Candidate home : homes) {
                home.load++;
            }
            rows.add(inOrder(homes, partition));
        }
        return new PartitionTable(replicas, rows);
    }

    private static List<Candidate> choose(List<Candidate> all, int replicas, int partition) {
        List<Candidate> chosen = new ArrayList<>(replicas);
        while (chosen.size() < replicas) {
            all.stream()
                    .filter(c -> !chosen.contains(c))
                    .min(Comparator.<Candidate>comparingInt(c -> sameZone(chosen, c))
                            .thenComparingDouble(c -> c.load / c.member.capacity())
                            .thenComparingInt(c -> Math.floorMod(c.index - partition, all.size())))
                    .ifPresent(chosen::add);
        }
        return chosen;
    }

    private static int sameZone(List<Candidate> chosen, Candidate candidate) {
        int count = 0;
        for (Candidate c : chosen) {
            if (c.member.zone().equals(candidate.member.zone()) && c.member.dc().equals(candidate.member.dc())) {
                count++;
            }
        }
        return count;
    }

    private static List<NodeId> inOrder(List<Candidate> homes, int partition) {
        List<Candidate> left = new ArrayList<>(homes);
        left.sort(Comparator.comparingInt(c -> c.index));
        List<NodeId> order = new ArrayList<>(homes.size());
        for (int place = 0; place < homes.size(); place++) {
            Candidate best = left.get(Math.floorMod(partition, left.size()));
            for (Candidate c : left) {
                if (c.places[place] / c.member.capacity() < best.places[place] / best.member.capacity()) {
                    best = c;
                }
            }
            best.places[place]++;
            left.remove(best);
            order.add(best.member.id());
        }
        return order;
    }

    private static final class Candidate {
        private final Member member;
        private final int index;
        private final int[] places;
        private int load;

        private Candidate(Member member, int index, int[] places) {
            this.member = member;
            this.index = index;
            this.places = places;
        }
    }
}
