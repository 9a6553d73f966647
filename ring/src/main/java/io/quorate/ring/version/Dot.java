package io.quorate.ring.version;

import io.quorate.ring.topology.NodeId;
import java.util.Optional;

/** The name of one write: the {@code counter}-th (from 1) of its actor. Never issued twice. */
public record Dot(ActorId actor, long counter) implements Comparable<Dot> {
    public Dot {
        if (counter < 1) {
            throw new IllegalArgumentException("counter of a dot starts at 1, not " + counter);
        }
    }

    @Override
    public int compareTo(Dot other) {
        int byActor = actor.compareTo(other.actor);
        return byActor != 0 ? byActor : Long.compare(counter, other.counter);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Dot d && counter == d.counter && actor.equals(d.actor);
    }

    @Override
    public int hashCode() {
        return 31 * actor.hashCode() + Long.hashCode(counter);
    }

    /** The form that clients see: {@code node-partition-incarnation-counter}, incarnation in 16 hex digits. */
    public String toText() {
        return actor.node() + "-" + actor.partition() + "-" + hex16(actor.incarnation()) + "-" + counter;
    }

    /** Reads {@link #toText()} back; empty if the text is not of that form. */
    public static Optional<Dot> parse(String text) {
        int last = text.lastIndexOf('-');
        int middle = text.lastIndexOf('-', last - 1);
        int first = text.lastIndexOf('-', middle - 1);
        if (first < 1 || middle - first < 2 || last - middle != 17 || text.length() > 100) {
            return Optional.empty();
        }
        String node = text.substring(0, first);
        if (!NodeId.isValid(node)) {
            return Optional.empty();
        }
        try {
            int partition = Integer.parseInt(text, first + 1, middle, 10);
            long incarnation = Long.parseUnsignedLong(text, middle + 1, last, 16);
            Dot dot = new Dot(
                    new ActorId(NodeId.of(node), partition, incarnation),
                    Long.parseLong(text, last + 1, text.length(), 10));
            return dot.toText().equals(text) ? Optional.of(dot) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String hex16(long value) {
        String hex = Long.toHexString(value);
        return "0".repeat(16 - hex.length()) + hex;
    }

    @Override
    public String toString() {
        return toText();
    }
}
