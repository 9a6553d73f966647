package io.quorate.client;

import io.quorate.client.data.Replicas;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;

/** A bucket by name; gives views that say how many replicas must answer, or which ones may. */
public interface Bucket {
    String name();

    /** The view of a leaderless bucket at a level; always the same object for one level. */
    LeaderlessView at(ConsistencyLevel level);

    /** The view of a leaderless bucket with exact numbers of replicas. */
    LeaderlessView at(Replicas replicas);

    /** The view of a leaderless bucket at the levels that its definition names. */
    LeaderlessView atDefaults();

    /** The view of a leader bucket at a level of reads and one of writes. */
    LeaderView at(ReadLevel reads, WriteLevel writes);

    /**
     * The view of a leader bucket at the levels that its definition names. Unlike those of {@link #at(ReadLevel,
     * WriteLevel)} its calls do not tell the store which mode they are for: with a leaderless bucket they fail when the
     * answer is there, and a write may have been made.
     */
    LeaderView atLeaderDefaults();
}
