package io.quorate.bench.sim.raft;

/** Faults of the protocol, put in on purpose, most of them once made by others: a check that never found one proves nothing. */
public enum RaftBug {
    NONE(0),
    /** Votes and acknowledgements leave before they are durable. */
    SAID_BEFORE_DURABLE(300),
    /** What a quorum has is committed whoever made it (figure 8 of the paper). */
    OLD_TERM_COMMITTED_BY_COUNT(1000),
    /** A longer log wins over a newer one. */
    LONGER_LOG_WINS(300),
    /** Whoever asks first gets the vote. */
    STALE_LOG_WINS(100),
    /** A leader tells an index before its term has committed anything. */
    READ_BEFORE_COMMIT(100),
    /** Any answer confirms a read, whenever it was asked for. */
    READ_BY_OLD_ANSWER(500),
    /** A heartbeat tells the leader's commit index to one that may have other entries there. */
    HEARTBEAT_COMMITS_TOO_MUCH(100),
    /** The vote is not on the disk after a start. */
    VOTE_NOT_KEPT(1500),
    /** The term is not on the disk after a start. */
    TERM_NOT_KEPT(100),
    /** A group changes from one side to the other at once. */
    CHANGE_AT_ONCE(300),
    /** A state of the state machine is taken though more is committed here. */
    OLD_STATE_TAKEN(300),
    /** The log stays as it is when a state is taken that it does not lead to. */
    LOG_KEPT_BESIDE_STATE(3000),
    /** Whatever stands behind the previous entry is cut off, whether it differs or not. */
    CUT_WHATEVER_COMES(100),
    /** A leader answers reads on the strength of answers that are too old. */
    LEASE_TOO_LONG(1000);

    private final int seeds;

    RaftBug(int seeds) {
        this.seeds = seeds;
    }

    /** Whether it is one of states that stand for the log. */
    boolean isOfStates() {
        return this == OLD_STATE_TAKEN || this == LOG_KEPT_BESIDE_STATE;
    }

    /** Within how many seeds the simulator must find it. */
    public int seeds() {
        return seeds;
    }
}
