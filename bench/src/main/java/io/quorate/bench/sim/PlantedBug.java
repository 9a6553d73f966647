package io.quorate.bench.sim;

/** Faults of the program itself, put in on purpose: a check that never found one proves nothing. */
public enum PlantedBug {
    NONE(0),
    /** The disk says "durable" before it is. */
    ACK_BEFORE_SYNC(300),
    /** A crash keeps the records of a batch and loses its clock. */
    RECORD_WITHOUT_CLOCK(2000),
    /** A crash keeps the clock of a batch and loses its records. */
    CLOCK_WITHOUT_RECORD(2000),
    /** A record with a wrong checksum reads as if there were none. */
    CORRUPT_READS_AS_ABSENT(500),
    /** Absences are taken as deletes without proof. */
    ABSENCE_WITHOUT_PROOF(1000),
    /** Contexts are stripped by the highest applied dot, not by the contiguous base. */
    STRIP_BY_HIGHEST(500),
    /** States leave the node as they are stored. */
    NO_FILL(500),
    /** Dots that a context merely covers enter the clock. */
    COVERED_DOTS_ENTER_CLOCK(1000),
    /** A read's context covers its live versions and nothing else. */
    CONTEXT_OF_LIVE_DOTS(1000),
    /** A write's new dot is put into the vector instead of beside it. */
    NEW_DOT_AS_VECTOR(500),
    /** A level is reached one acknowledgement early. */
    ONE_ACK_TOO_FEW(300),
    /** A quorum read answers without repairing. */
    NO_READ_REPAIR(500),
    /** Merging keeps whatever either side has. */
    MERGE_IGNORES_CONTEXT(300),
    /** Merging keeps one sibling. */
    MERGE_DROPS_SIBLINGS(300),
    /** A node whose disk was put back goes on as the same actor. */
    ACTOR_KEPT_ON_OLD_DISK(1000),
    /** A damaged record stays unreadable when it is written anew. */
    DAMAGE_STAYS(300),
    /** A restarted node issues the dots of its last seconds again. */
    DOTS_ISSUED_TWICE(500),
    /** A forwarded request is taken however long it was under way. */
    LATE_FORWARD_TAKEN(1000),
    /** Where the last writer wins, a merge keeps the winner and nothing else. */
    LWW_DISCARD_AT_MERGE(500),
    /** A stamp does not exceed what its writer was shown. */
    LWW_STAMP_IGNORES_CONTEXT(500),
    /** A stamp exceeds the versions that its coordinator holds, but not the times of deletes. */
    LWW_STAMP_IGNORES_DELETES(500),
    /** A node stamps with its own clock, whatever the others' show. */
    LWW_ACCEPTS_FAR_FUTURE(300),
    /** A clock is taken over although leaves were passed over (rule E3). */
    EXCHANGE_CLOCK_THOUGH_SKIPPED(100),
    /** A clock is taken over later than the data that was compared (rule E2). */
    EXCHANGE_LATEST_CLOCK(800),
    /** Absences count as deletes though the leaf cannot be trusted (condition C9). */
    EXCHANGE_ABSENCE_WITHOUT_PROOF(400),
    /** A hint is over once it has been sent. */
    HINT_ENDED_WHEN_SENT(100),
    /** A delivery ends a hint into which more has been merged since. */
    HINT_ENDED_WHATEVER_WAS_ADDED(600),
    /** A level rests on a hint that is not durable. */
    HINT_COUNTS_BEFORE_DURABLE(100),
    /** A merged hint does not name the writes that it carries besides the live ones (rule E7). */
    HINT_FORGETS_DELETES(100),
    /** The values of a key are exchanged without what they replaced (rule E5). */
    EXCHANGE_WITHOUT_CONTEXT(800),
    /** A stand-in keeps a write without what it replaced (condition C6). */
    HINT_STRIPPED(100),
    /** What is kept for homes is on disk after a start, and nobody looks for it. */
    HINT_FORGOTTEN_AT_START(200),
    /** A fallback's actor of one run issues in the next what it issued before (rule E8). */
    HINT_DOTS_ISSUED_AGAIN(1000),
    /** A delete removes whatever it meets. */
    DELETE_TAKES_ALL(300),
    /** A context that has become long is pruned. */
    CONTEXT_PRUNED(300),
    /** A home that could not take a write is taken to have done so (rule V2). */
    FAILURE_TAKEN_FOR_DONE(300),
    /** A gap that nobody can fill stays (rule E9). */
    EXCHANGE_GAPS_STAY(300),
    /** A node whose disk was replaced goes on as the same actor, and counts from the beginning (condition C8). */
    LOSS_ACTOR_KEPT(200),
    /** A node whose disk was replaced does not hear of it, and goes on as if nothing had been there (rule V1). */
    LOSS_UNNOTICED(200),
    /** What a replica holds that has lost data counts for reads (rule V1). */
    LOSS_COUNTS_FOR_READS(100);

    private final int seeds;

    PlantedBug(int seeds) {
        this.seeds = seeds;
    }

    /** Whether it shows only where the last writer wins. */
    boolean isOfLastWriterWins() {
        return name().startsWith("LWW_");
    }

    /** Whether it is one of hinted handoff. */
    boolean isOfHints() {
        return name().startsWith("HINT_");
    }

    /** Whether it is one of what follows the loss of a disk. */
    boolean isOfLosses() {
        return name().startsWith("LOSS_");
    }

    /** Whether it is one of anti-entropy. */
    boolean isOfExchange() {
        return name().startsWith("EXCHANGE_");
    }

    /** Within how many seeds the simulator must find it. */
    public int seeds() {
        return seeds;
    }
}
