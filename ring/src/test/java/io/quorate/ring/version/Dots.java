package io.quorate.ring.version;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Actors, dots and random clocks over a few of them, and the naive sets of dots that they stand for. */
final class Dots {
    static final List<ActorId> ACTORS = List.of(
            new ActorId(NodeId.of("a"), 7, 1),
            new ActorId(NodeId.of("a"), 7, -1),
            new ActorId(NodeId.of("b"), 7, 5),
            new ActorId(NodeId.of("c"), 7, Long.MIN_VALUE));
    static final int TOP = 7;

    private Dots() {}

    static Dot dot(int actor, long counter) {
        return new Dot(ACTORS.get(actor), counter);
    }

    static Dot randomDot(Random random) {
        return dot(random.nextInt(ACTORS.size()), 1 + random.nextInt(TOP));
    }

    static VersionVector randomVector(Random random) {
        Map<ActorId, Long> entries = new HashMap<>();
        for (ActorId actor : ACTORS) {
            if (random.nextBoolean()) {
                entries.put(actor, (long) random.nextInt(TOP));
            }
        }
        return VersionVector.of(entries);
    }

    static CausalContext randomContext(Random random) {
        List<Dot> dots = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            dots.add(randomDot(random));
        }
        return CausalContext.of(randomVector(random), dots);
    }

    /** Every dot that a clock over these actors could contain. */
    static List<Dot> universe() {
        List<Dot> all = new ArrayList<>();
        for (int actor = 0; actor < ACTORS.size(); actor++) {
            for (int counter = 1; counter <= TOP + 1; counter++) {
                all.add(dot(actor, counter));
            }
        }
        return all;
    }

    static Set<Dot> setOf(VersionVector vector) {
        Set<Dot> dots = new HashSet<>();
        vector.forEach((actor, counter) -> {
            for (long c = 1; c <= counter; c++) {
                dots.add(new Dot(actor, c));
            }
        });
        return dots;
    }

    static Set<Dot> setOf(CausalContext context) {
        Set<Dot> dots = setOf(context.vector());
        dots.addAll(context.dots());
        return dots;
    }

    static Set<Dot> union(Set<Dot> a, Set<Dot> b) {
        Set<Dot> all = new HashSet<>(a);
        all.addAll(b);
        return all;
    }

    static Version version(Dot dot, String requestId) {
        return new Version(dot, Bytes.ofUtf8("v" + dot.counter()), "text/plain", 1000, Bytes.ofUtf8(requestId));
    }
}
