package io.quorate.node.door;

import io.quorate.ring.consistency.ConsistencyLevel;

/** How many answers a caller asks for. */
public sealed interface Strength {
    /** What the bucket's definition says. */
    record BucketDefault() implements Strength {}

    /** A level by its name as the caller wrote it. */
    record Named(String level) implements Strength {}

    /** An exact number of replicas; {@code parameter} is {@code r} or {@code w}. */
    record Exactly(String parameter, int replicas) implements Strength {}

    /** A strength that was found possible. */
    record Checked(String name, int need) {
        static Checked of(ConsistencyLevel level, int n) {
            return new Checked(level.name(), level.need(n));
        }
    }
}
