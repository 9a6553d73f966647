package io.quorate.bench.sim.raft;

import com.google.common.collect.ImmutableSet;

/** Faults of the protocol, put in on purpose, most of them once made by others: a check that never found one proves nothing. */
public enum RaftBug {
    NONE(0, Scene.STATES, Scene.CHANGES, Scene.LEASES),
    /** Votes and acknowledgements leave before they are durable. */
    SAID_BEFORE_DURABLE(10),
    /** A leader counts itself for what is only on its way to its disk. */
    OWN_LOG_COUNTED_EARLY(30),
    /** A disk says that something is durable before it is. */
    DISK_LIES(10),
    /** A write that takes the place of entries leaves those behind them on the disk. */
    OLD_TAIL_LEFT_ON_DISK(50),
    /** What a quorum has is committed whoever made it (figure 8 of the paper). */
    OLD_TERM_COMMITTED_BY_COUNT(3600),
    /** A longer log wins over a newer one. */
    LONGER_LOG_WINS(50),
    /** Whoever asks first gets the vote. */
    STALE_LOG_WINS(20),
    /** Whoever asks gets the vote, though another got it in the same term. */
    TWO_VOTES_A_TERM(50),
    /** A vote given in a term that is over counts for the present one. */
    OLD_VOTE_COUNTED(500),
    /** Entries of a leader whose term is over are taken. */
    OLD_LEADER_FOLLOWED(20),
    /** An acknowledgement given in a term that is over counts for the present one. */
    OLD_ACKNOWLEDGEMENT_COUNTED(500),
    /** A leader tells an index before its term has committed anything. */
    READ_BEFORE_COMMIT(20),
    /** Any answer confirms a read, whenever it was asked for. */
    READ_BY_OLD_ANSWER(200),
    /** An answer to a request of a term that is over confirms a read. */
    READ_BY_ANSWER_OF_OLD_TERM(2800),
    /** A heartbeat tells the leader's commit index to one that may have other entries there. */
    HEARTBEAT_COMMITS_TOO_MUCH(20),
    /** Entries are taken whatever stands before them. */
    PREVIOUS_NOT_COMPARED(20),
    /** An entry that is there stays, though the leader has another. */
    OLD_ENTRIES_STAY(20),
    /** The vote is not on the disk after a start. */
    VOTE_NOT_KEPT(2400),
    /** The term is not on the disk after a start. */
    TERM_NOT_KEPT(20),
    /** A group changes from one side to the other at once. */
    CHANGE_AT_ONCE(100, Scene.CHANGES),
    /** A change is begun while another goes on. */
    CHANGE_DURING_CHANGE(1700, Scene.CHANGES),
    /** While a group changes, what one side has is committed. */
    ONE_SIDE_COMMITS(100, Scene.CHANGES),
    /** While a group changes, one side elects. */
    ONE_SIDE_ELECTS(200, Scene.CHANGES),
    /** Those who only learn count for a majority. */
    LEARNERS_DECIDE(60, Scene.CHANGES),
    /** A state of the state machine is taken though more is committed here. */
    OLD_STATE_TAKEN(150, Scene.STATES),
    /** The log stays as it is when a state is taken that it does not lead to. */
    LOG_KEPT_BESIDE_STATE(1500, Scene.STATES),
    /** Entries go from the log before the state that stands for them is durable. */
    LOG_GONE_BEFORE_STATE(20, Scene.STATES),
    /** A state says that the group is what it was in the beginning. */
    STATE_WITHOUT_CONFIGURATION(100, Scene.STATES, Scene.CHANGES),
    /** Whatever stands behind the previous entry is cut off, whether it differs or not. */
    CUT_WHATEVER_COMES(20),
    /** A leader answers reads on the strength of answers that are too old. */
    LEASE_TOO_LONG(100, Scene.LEASES),
    /** A lease counts from when the answers came, and not from when they were asked for. */
    LEASE_FROM_ANSWER(100, Scene.LEASES),
    /** A leader that has asked another to stand answers reads as if it had not. */
    LEASE_AFTER_HAND_OVER(400, Scene.LEASES),
    /** Whoever has just started votes for another though it may have heard the leader just before. */
    VOTE_AFTER_START(300, Scene.LEASES);

    /** What a group does besides serving, where a fault can show; others show sooner without. */
    enum Scene {
        STATES,
        CHANGES,
        LEASES
    }

    private final int seeds;
    private final ImmutableSet<Scene> scenes;

    RaftBug(int seeds, Scene... scenes) {
        this.seeds = seeds;
        this.scenes = ImmutableSet.copyOf(scenes);
    }

    boolean showsWith(Scene scene) {
        return scenes.contains(scene);
    }

    /** Within how many seeds the simulator must find it. */
    public int seeds() {
        return seeds;
    }
}
