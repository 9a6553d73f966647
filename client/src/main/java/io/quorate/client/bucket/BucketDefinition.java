package io.quorate.client.bucket;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a bucket behaves. All but the mode may be left to the store's defaults; mode and n are fixed for the bucket's life.
 *
 * @param n replicas of each key, from 1 to the ring's number
 * @param read the level of reads that name none
 * @param write the level of writes that name none
 * @param sloppy whether other nodes may stand in for home replicas that cannot be reached
 * @param maxSiblings a write that would make more live versions of a key is refused
 */
public record BucketDefinition(
        ReplicationMode mode,
        OptionalInt n,
        Optional<String> read,
        Optional<String> write,
        Optional<Boolean> sloppy,
        Optional<Conflicts> conflicts,
        Optional<ReadRepair> readRepair,
        OptionalInt maxSiblings) {

    /** A leaderless bucket with the store's defaults. */
    public static BucketDefinition leaderless() {
        return of(ReplicationMode.LEADERLESS);
    }

    /** A leader bucket with the store's defaults. */
    public static BucketDefinition leader() {
        return of(ReplicationMode.LEADER);
    }

    public static BucketDefinition of(ReplicationMode mode) {
        return new BucketDefinition(
                mode,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty());
    }

    public BucketDefinition withReplicas(int replicas) {
        return new BucketDefinition(
                mode, OptionalInt.of(replicas), read, write, sloppy, conflicts, readRepair, maxSiblings);
    }

    /** With these levels for calls that name none, such as {@code QUORUM}. */
    public BucketDefinition withLevels(String readLevel, String writeLevel) {
        return withRead(readLevel).withWrite(writeLevel);
    }

    public BucketDefinition withRead(String level) {
        return new BucketDefinition(mode, n, Optional.of(level), write, sloppy, conflicts, readRepair, maxSiblings);
    }

    public BucketDefinition withWrite(String level) {
        return new BucketDefinition(mode, n, read, Optional.of(level), sloppy, conflicts, readRepair, maxSiblings);
    }

    public BucketDefinition withSloppy(boolean value) {
        return new BucketDefinition(mode, n, read, write, Optional.of(value), conflicts, readRepair, maxSiblings);
    }

    public BucketDefinition withConflicts(Conflicts value) {
        return new BucketDefinition(mode, n, read, write, sloppy, Optional.of(value), readRepair, maxSiblings);
    }

    public BucketDefinition withReadRepair(ReadRepair value) {
        return new BucketDefinition(mode, n, read, write, sloppy, conflicts, Optional.of(value), maxSiblings);
    }

    public BucketDefinition withMaxSiblings(int value) {
        return new BucketDefinition(mode, n, read, write, sloppy, conflicts, readRepair, OptionalInt.of(value));
    }
}
