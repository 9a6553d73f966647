package io.quorate.node.protocol.bucket;

import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a bucket is replicated and what its requests default to.
 *
 * @param sloppy whether other nodes may stand in for homes that cannot be reached
 * @param n replicas of each key, from 1 to the ring's N; with {@code mode} fixed for the bucket's life
 * @param maxSiblings a write that would leave more live versions than this is refused
 * @param led what requests of a leader bucket default to; null for a leaderless one, whose levels are the others
 */
public record BucketDefinition(
        String name,
        Mode mode,
        int n,
        ConsistencyLevel read,
        ConsistencyLevel write,
        boolean sloppy,
        Conflicts conflicts,
        ReadRepair readRepair,
        int maxSiblings,
        @Nullable LedLevels led) {
    public static final int SIBLINGS_LIMIT = 1000;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    /** The protocol that replicates a bucket. */
    public enum Mode {
        LEADERLESS,
        LEADER
    }

    /** What becomes of concurrent writes. */
    public enum Conflicts {
        SIBLINGS,
        LWW
    }

    /** Whether a read waits for the replicas that it found behind. */
    public enum ReadRepair {
        BLOCKING,
        ASYNC,
        NONE
    }

    public static boolean isValidName(String name) {
        return NAME.matcher(name).matches();
    }

    /** What requests of a leader bucket default to. */
    public record LedLevels(ReadLevel read, WriteLevel write) {
        public static final LedLevels DEFAULT = new LedLevels(ReadLevel.LINEARIZABLE, WriteLevel.SEMI_SYNC);
    }

    /** A leaderless bucket. */
    public BucketDefinition(
            String name,
            Mode mode,
            int n,
            ConsistencyLevel read,
            ConsistencyLevel write,
            boolean sloppy,
            Conflicts conflicts,
            ReadRepair readRepair,
            int maxSiblings) {
        this(name, mode, n, read, write, sloppy, conflicts, readRepair, maxSiblings, null);
    }

    /** A bucket of groups; {@code n} is the ring's N. */
    public static BucketDefinition leader(String name, int n, LedLevels levels) {
        return new BucketDefinition(
                name,
                Mode.LEADER,
                n,
                ConsistencyLevel.QUORUM,
                ConsistencyLevel.QUORUM,
                false,
                Conflicts.SIBLINGS,
                ReadRepair.NONE,
                1,
                levels);
    }

    /** The same with other defaults for a leader bucket's requests. */
    public BucketDefinition withLed(LedLevels levels) {
        return new BucketDefinition(name, mode, n, read, write, sloppy, conflicts, readRepair, maxSiblings, levels);
    }

    /** Whether groups keep it. */
    public boolean isLed() {
        return mode == Mode.LEADER;
    }

    /** The defaults of a leader bucket's requests. */
    public LedLevels ledLevels() {
        return led == null ? LedLevels.DEFAULT : led;
    }

    public static BucketDefinition leaderless(String name, int n) {
        return new BucketDefinition(
                name,
                Mode.LEADERLESS,
                n,
                ConsistencyLevel.QUORUM,
                ConsistencyLevel.QUORUM,
                true,
                Conflicts.SIBLINGS,
                ReadRepair.BLOCKING,
                100);
    }

    /** Whether the parts that can never change are the same. */
    public boolean sameShape(BucketDefinition other) {
        return mode == other.mode && n == other.n;
    }

    BucketDefinition withShapeOf(BucketDefinition other) {
        return new BucketDefinition(
                name, other.mode, other.n, read, write, sloppy, conflicts, readRepair, maxSiblings, led);
    }
}
