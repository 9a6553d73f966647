package io.quorate.bench.contrast;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * Which nodes a client may ask for a key: its homes, those on its own side first. While the sides are cut apart it reaches
 * nobody on the other one. For several threads.
 */
final class Ways {
    private final Sides sides;
    private final ImmutableList<ImmutableList<Integer>> homes;
    private volatile boolean cut;

    /**
     * The ways of a ring.
     *
     * @param homes nodes by partition
     */
    Ways(Sides sides, List<ImmutableList<Integer>> homes) {
        this.sides = sides;
        this.homes = ImmutableList.copyOf(homes);
    }

    /** Reads the answer to {@code GET /v1/ring}, of nodes that are named {@code n1} and so on. */
    static Ways of(Sides sides, JsonNode ring) {
        List<ImmutableList<Integer>> homes = new ArrayList<>();
        for (JsonNode partition : ring.path("assignment")) {
            ImmutableList.Builder<Integer> nodes = ImmutableList.builder();
            for (JsonNode home : partition) {
                nodes.add(Integer.parseInt(home.asText().substring(1)) - 1);
            }
            homes.add(nodes.build());
        }
        return new Ways(sides, homes);
    }

    int partitions() {
        return homes.size();
    }

    void cut(boolean isCut) {
        cut = isCut;
    }

    /** The nodes that a client may ask now, in order; never none. */
    List<Integer> of(int client, int partition) {
        List<Integer> side = sides.of(client);
        List<Integer> near = new ArrayList<>();
        List<Integer> far = new ArrayList<>();
        for (int home : homes.get(partition)) {
            (side.contains(home) ? near : far).add(home);
        }
        // Clients of one side share the work among its homes.
        if (near.size() > 1 && client / 2 % 2 == 1) {
            near.add(near.remove(0));
        }
        if (!cut) {
            near.addAll(far);
        }
        return near.isEmpty() ? side : near;
    }
}
