package io.quorate.bench.contrast;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which nodes a cut leaves together; nodes are counted from 0.
 *
 * @param away the side that holds one home of each partition
 * @param rest the side that holds the others
 */
record Sides(ImmutableList<Integer> away, ImmutableList<Integer> rest) {
    Sides {
        if (away.isEmpty() || rest.isEmpty()) {
            throw new IllegalArgumentException("a cut has nodes on both sides");
        }
    }

    static Sides of(List<Integer> away, List<Integer> rest) {
        return new Sides(ImmutableList.copyOf(away), ImmutableList.copyOf(rest));
    }

    /** Whether a client is on the side that is cut off: every second one is. */
    static boolean isAway(int client) {
        return client % 2 == 0;
    }

    /** The nodes on a client's side. */
    List<Integer> of(int client) {
        return isAway(client) ? away : rest;
    }

    /** The cut as {@code POST /v1/faults} takes it. */
    String cut() {
        return "{\"cut\":[" + names(away) + "," + names(rest) + "]}";
    }

    private static String names(List<Integer> nodes) {
        return nodes.stream().map(node -> "\"n" + (node + 1) + "\"").collect(Collectors.joining(",", "[", "]"));
    }
}
