package io.quorate.client;

import io.quorate.client.data.Replicas;
import io.quorate.ring.consistency.ConsistencyLevel;

/** A bucket by name; gives views that say how many replicas must answer. */
public interface Bucket {
    String name();

    /** The view of a leaderless bucket at a level; always the same object for one level. */
    LeaderlessView at(ConsistencyLevel level);

    /** The view of a leaderless bucket with exact numbers of replicas. */
    LeaderlessView at(Replicas replicas);

    /** The view of a leaderless bucket at the levels that its definition names. */
    LeaderlessView atDefaults();
}
