package io.quorate.client.spi;

import io.quorate.ring.consistency.ConsistencyLevel;

/** How many replicas must answer a call on a leaderless bucket. */
public sealed interface Need {

    /** As many as a level says. */
    record Level(ConsistencyLevel level) implements Need {}

    /** Exactly so many, 1 to n. */
    record Count(int replicas) implements Need {}

    /** As the bucket's definition says. */
    record BucketDefault() implements Need {}
}
