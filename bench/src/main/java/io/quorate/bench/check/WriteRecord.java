package io.quorate.bench.check;

import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.HybridTime;

/**
 * One write as one home took it: its dot and exactly what its writer had been shown. An operation taken by two homes has
 * two records; a delete leaves no value.
 */
public final class WriteRecord {
    final int operation;
    final String key;
    final Dot dot;
    final CausalContext seen;
    final boolean delete;
    private boolean acknowledged;
    private int level;
    private long acknowledgedAt;
    private boolean lostWithDisk;
    private boolean putBack;
    private int neededAfterLoss;
    private boolean erasedSomewhere;
    private boolean stampForgotten;

    WriteRecord(int operation, String key, Dot dot, CausalContext seen, boolean delete) {
        this.operation = operation;
        this.key = key;
        this.dot = dot;
        this.seen = seen;
        this.delete = delete;
    }

    /** Whether it was acknowledged by {@code w} homes before {@code start}, so that a read of {@code r} must know it. */
    boolean boundFor(long start, int r, int n) {
        return acknowledged && acknowledgedAt < start && level + r > n && !lostWithDisk();
    }

    boolean acknowledgedAtQuorum(long before, int n) {
        return acknowledged && acknowledgedAt < before && level > n / 2;
    }

    void acknowledge(int w, long now) {
        if (!acknowledged) {
            acknowledged = true;
            lostWithDisk &= w < 2;
            acknowledgedAt = now;
            level = w;
        }
    }

    void handOver() {
        level = Math.max(level, 1);
    }

    /** Whether it was acknowledged at this very moment, and every disk still has what it said it had. */
    public boolean isAcknowledgedNow(long now) {
        return acknowledged && acknowledgedAt == now && !putBack && neededAfterLoss == 0;
    }

    /** None where siblings are kept; elsewhere it bears its stamp as the time of what it was made over. */
    HybridTime stamp() {
        return seen.time();
    }

    /** Whether it wins where the last writer does: by its stamp, of equal ones by its dot. */
    boolean beats(WriteRecord other) {
        int byStamp = stamp().compareTo(other.stamp());
        return !stamp().isNone() && (byStamp != 0 ? byStamp > 0 : dot.compareTo(other.dot) > 0);
    }

    public boolean isDeleteOver(CausalContext context) {
        return delete && seen.equals(context);
    }

    /** Whether it is a client's write of that number; deletes have none. */
    public boolean isOf(int number) {
        return !delete && operation == number;
    }

    /** Whether it is the delete that this answer speaks of. */
    public boolean isAnsweredBy(CausalContext answer) {
        return delete && seen.with(dot).equals(answer);
    }

    public String key() {
        return key;
    }

    public Dot dot() {
        return dot;
    }

    /** The only disk that held it has lost it: nobody promised to keep it. */
    void loseWithDisk() {
        lostWithDisk = true;
    }

    /** A home with a damaged disk took it: it counts once two homes have it. */
    public void takenOnDamage() {
        lostWithDisk |= !acknowledged || level < 2;
    }

    /** One disk has lost it, or the knowledge that it was there, and does not notice. */
    void erase() {
        erasedSomewhere = true;
    }

    /** A disk has lost the record that remembered this stamp, or a later one. */
    void forgetStamp() {
        stampForgotten = true;
    }

    boolean stampForgotten() {
        return stampForgotten || erasedSomewhere || lostWithDisk();
    }

    boolean erasedSomewhere() {
        return erasedSomewhere;
    }

    /** A disk that had it was put back to a time before it. */
    void putBack() {
        putBack = true;
    }

    /** One disk that had it is another now: whatever a quorum acknowledged, before or since, is still held to. */
    void loseCopy(int quorum) {
        neededAfterLoss = quorum;
    }

    boolean lostWithDisk() {
        return lostWithDisk || putBack || level < neededAfterLoss;
    }

    @Override
    public String toString() {
        return (delete ? "delete" : "put") + " #" + operation + " of " + key + " as " + dot + " over " + seen;
    }
}
