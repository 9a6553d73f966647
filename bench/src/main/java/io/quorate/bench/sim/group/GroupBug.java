package io.quorate.bench.sim.group;

import io.quorate.bench.sim.raft.RaftBug;

/** A fault of leader mode around its core, to be planted: the checks have to find it within so many seeds. */
public enum GroupBug {
    NONE(0),
    /** Nothing is remembered of idempotency keys: a retry is a second write. */
    REQUESTS_FORGOTTEN(20),
    /** A state that goes to another member brings its records, and not what is remembered of requests. */
    STATE_WITHOUT_REQUESTS(400),
    /** A read of a session is answered by whoever is asked, as it is. */
    SESSION_NOT_KEPT(50),
    /** The word of one node that it did nothing is taken for all that were asked. */
    ONE_OF_MANY_BELIEVED(400),
    /** A node that comes to lead forgets that it has asked the one before. */
    EARLIER_ASK_FORGOTTEN(400),
    /** Records and the index up to which they are applied reach the disk one after the other. */
    TORN_TURN(400),
    /** A check sees what was applied after it. */
    CHECK_OF_A_LATER_STATE(20),
    /** One disk keeps what a delete should have taken away. */
    DELETE_NOT_ON_ONE_DISK(20),
    /** One disk has another content type than was written, in a record that is whole. */
    OTHER_TYPE_ON_ONE_DISK(20),
    /** A write is told of as on the leader's disk as soon as anything else is there. */
    ASYNC_BEFORE_DISK(10),
    /** With a deleted bucket go the keys of the one that was made after it. */
    NEXT_BUCKET_PURGED(10),
    /** What says that something is durable does not wait for the disk. */
    NO_WAIT_FOR_DISK(100),
    /** A node that has lost its disk takes part at once. */
    LOST_DISK_VOTES(100),
    /** A node that has lost its disk is let in by what was committed before, which proves nothing. */
    LET_IN_WITHOUT_PROOF(1400),
    /** A log that is damaged in its middle is cut off there, and the node goes on with the rest. */
    DAMAGED_LOG_CUT_OFF(10);

    private final int seeds;

    GroupBug(int seeds) {
        this.seeds = seeds;
    }

    /** Within how many seeds it is to be found. */
    public int seeds() {
        return seeds;
    }

    boolean isOfOneDisk() {
        return this == DELETE_NOT_ON_ONE_DISK || this == OTHER_TYPE_ON_ONE_DISK;
    }

    /** Whether it shows where disks are lost; others show sooner where none is. */
    boolean isOfLostDisks() {
        return this == LOST_DISK_VOTES || this == LET_IN_WITHOUT_PROOF || this == DAMAGED_LOG_CUT_OFF;
    }

    /** Whether only what some runs have besides clients can show it. */
    boolean isOfExtras() {
        return this == ASYNC_BEFORE_DISK || this == NEXT_BUCKET_PURGED;
    }

    RaftBug ofCore() {
        return this == NO_WAIT_FOR_DISK ? RaftBug.SAID_BEFORE_DURABLE : RaftBug.NONE;
    }
}
