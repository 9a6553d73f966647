package io.quorate.bench.check;

import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every write of a run with what its writer had been shown, and holds each answer against all of them. It knows
 * nothing of clocks, stripping or repair: only which write was made over which.
 */
public final class CausalOracle {
    private final int n;
    private final int silentlyLost;
    private final Disks disks;
    private final Map<String, Map<Dot, WriteRecord>> byKey = new LinkedHashMap<>();
    private final Map<Dot, String> keyOf = new LinkedHashMap<>();
    private final Map<Dot, Integer> published = new LinkedHashMap<>();
    private final Set<Integer> refused = new HashSet<>();
    private final Map<String, List<QuorumRead>> quorumReads = new LinkedHashMap<>();
    private long checks;

    /** What one quorum read showed, and all that its context covered. */
    private record QuorumRead(long end, Set<Dot> shown, CausalContext context) {}

    /** One version of an answer. */
    public record Shown(Dot dot, int operation) {}

    /**
     * An answer to a read.
     *
     * @param shown every live version of it, twins of one write included
     * @param r answers it was made of
     * @param monotonic whether later quorum reads must not fall behind it
     */
    public record Answer(
            String key, List<Shown> shown, CausalContext context, int r, boolean monotonic, long start, long end) {}

    /**
     * An oracle of a bucket with n replicas.
     *
     * @param silentlyLost how many homes of a key may have lost it without knowing: an answer is bound only by writes that
     *     one home more has taken for each
     */
    public CausalOracle(int n, int silentlyLost, Disks disks) {
        this.n = n;
        this.silentlyLost = silentlyLost;
        this.disks = disks;
    }

    public long checks() {
        return checks;
    }

    /**
     * A home took a write, or makes one that it took before anew for a retry. A dot that was taken before for something
     * else, and never left its node, is replaced.
     */
    public WriteRecord took(int operation, String key, Dot dot, CausalContext seen, boolean delete) {
        WriteRecord known = find(key, dot);
        if (known != null && known.operation == operation && known.delete == delete && known.seen.equals(seen)) {
            return known;
        }
        if (known != null
                && known.operation == operation
                && known.delete == delete
                && !seen.time().isNone()
                && known.stamp().equals(seen.time())
                && known.seen.covers(seen)) {
            // A retry at another home, which cannot know what the first coordinator had overruled besides.
            return known;
        }
        WriteRecord record = new WriteRecord(operation, key, dot, seen, delete);
        exceeds(record);
        String before = keyOf.put(dot, key);
        if (before != null && !before.equals(key)) {
            byKey.getOrDefault(before, new LinkedHashMap<>()).remove(dot);
        }
        byKey.computeIfAbsent(key, k -> new LinkedHashMap<>()).put(dot, record);
        return record;
    }

    /**
     * Where the last writer wins, a write's stamp exceeds those of all that it was made over, deletes included; except where
     * a disk has forgotten them.
     */
    private void exceeds(WriteRecord record) {
        if (record.stamp().isNone()) {
            return;
        }
        for (WriteRecord other : writesOf(record.key)) {
            if (!other.dot.equals(record.dot)
                    && record.seen.covers(other.dot)
                    && !other.stampForgotten()
                    && !record.stamp().isAfter(other.stamp())) {
                throw new Violation(
                        "a write exceeds what its writer saw",
                        record + " does not exceed " + other + " of " + other.stamp());
            }
        }
    }

    /** Whether a version that is shown has won over a write by its stamp. */
    private boolean isOutstamped(WriteRecord record, Set<Dot> shown) {
        for (Dot dot : shown) {
            WriteRecord winner = find(record.key, dot);
            if (winner != null && winner.beats(record)) {
                return true;
            }
        }
        return false;
    }

    /** What else than the request's the answer to a stamped write may cover: what its coordinator overruled. */
    private CausalContext overruledBy(int operation, String key) {
        CausalContext overruled = CausalContext.EMPTY;
        for (WriteRecord record : writesOf(key)) {
            if (record.operation == operation && !record.stamp().isNone()) {
                overruled = overruled.merge(record.seen);
            }
        }
        return overruled;
    }

    /** A dot has left its node or become durable: it may stand for nothing else ever after. */
    public void publish(Dot dot, int operation) {
        Integer before = published.putIfAbsent(dot, operation);
        if (before != null && before != operation) {
            throw new Violation("dots are unique", dot + " stands for writes #" + before + " and #" + operation);
        }
    }

    public @Nullable WriteRecord find(String key, Dot dot) {
        return byKey.getOrDefault(key, Map.of()).get(dot);
    }

    public @Nullable WriteRecord findByDot(Dot dot) {
        String key = keyOf.get(dot);
        return key == null ? null : find(key, dot);
    }

    public Collection<WriteRecord> writesOf(String key) {
        return byKey.getOrDefault(key, Map.of()).values();
    }

    /** A client was told that its operation has not been applied, and it gave up. */
    public void notApplied(int operation) {
        refused.add(operation);
    }

    /** A disk lost a key: writes that no other home holds cannot be asked for any more. */
    public void diskLost(String key, HeldElsewhere elsewhere) {
        for (WriteRecord record : writesOf(key)) {
            if (!elsewhere.holds(record.dot)) {
                record.loseWithDisk();
            }
        }
    }

    /** Knows what the disks hold: a write that never became durable anywhere has replaced nothing. */
    public interface Disks {
        boolean hold(String key, Dot dot);
    }

    /**
     * A disk was put back as it had been, or replaced by an empty one. Alone, it takes from nobody what a quorum had taken;
     * else what it had taken since counts no more as held by as many homes as said so.
     */
    public void diskReplaced(HeldElsewhere lost, boolean alone) {
        for (Map<Dot, WriteRecord> writes : byKey.values()) {
            for (WriteRecord record : writes.values()) {
                if (lost.holds(record.dot)) {
                    if (alone) {
                        record.loseCopy(n / 2 + 1);
                    } else {
                        record.putBack();
                    }
                }
            }
        }
    }

    /** A disk lost a record without its node noticing: the versions in it, and what it knew to have replaced others. */
    public void erased(String key, KeyState lost) {
        for (WriteRecord record : writesOf(key)) {
            if (lost.has(record.dot) || lost.context().covers(record.dot)) {
                record.erase();
            }
            if (!record.stamp().isNone() && !record.stamp().isAfter(lost.time())) {
                record.forgetStamp();
            }
        }
    }

    /** Says of a dot whether some disk, or set of disks, has durably applied it. */
    public interface HeldElsewhere {
        boolean holds(Dot dot);
    }

    /** A write was acknowledged: its context may cover the request's and its own dots, nothing else. */
    public void acknowledged(int operation, String key, CausalContext request, CausalContext answer, int w, long now) {
        checks++;
        CausalContext overruled = overruledBy(operation, key);
        for (WriteRecord record : writesOf(key)) {
            // Where the last writer wins, the write as one home took it may have overruled it as another did.
            boolean spoken = record.stamp().isNone()
                    ? !request.covers(record.dot)
                    : record.seen.with(record.dot).covers(answer);
            if (record.operation == operation && answer.covers(record.dot) && spoken) {
                record.acknowledge(w, now);
            } else if (answer.covers(record.dot) && !request.covers(record.dot) && !overruled.covers(record.dot)) {
                throw new Violation(
                        "a context covers what its holder was shown",
                        "the answer to #" + operation + " covers " + record + ", which its writer never saw");
            }
        }
    }

    /** A delete was acknowledged: its context is what it removed and its own dot. */
    public void deleteAcknowledged(String key, CausalContext answer, int w, long now) {
        checks++;
        for (WriteRecord record : writesOf(key)) {
            if (record.delete && record.seen.with(record.dot).equals(answer)) {
                record.acknowledge(w, now);
            }
        }
    }

    /** All that was kept for homes has come to them: whatever was acknowledged is at one home at least. */
    public void handedOver() {
        byKey.values().forEach(writes -> writes.values().forEach(WriteRecord::handOver));
    }

    /** Holds an answer against everything known. */
    public void read(Answer answer) {
        checks++;
        Set<Dot> shown = new HashSet<>();
        Set<Integer> operations = new HashSet<>();
        for (Shown version : answer.shown()) {
            shown.add(version.dot());
            operations.add(version.operation());
            WriteRecord record = find(answer.key(), version.dot());
            if (record == null || record.operation != version.operation()) {
                throw new Violation("only what was written is read", version + " in " + answer);
            }
            if (refused.contains(version.operation())) {
                throw new Violation("not-applied means not applied", version + " in " + answer);
            }
        }
        for (WriteRecord record : writesOf(answer.key())) {
            present(answer, shown, operations, record);
            effective(answer, shown, record);
            claimed(answer, shown, record);
        }
        monotonic(answer, shown, operations);
    }

    /** No acknowledged write is lost. */
    private void present(Answer answer, Set<Dot> shown, Set<Integer> operations, WriteRecord record) {
        if (!record.delete
                && record.boundFor(answer.start(), answer.r() - silentlyLost, n)
                && !shown.contains(record.dot)
                && !operations.contains(record.operation)
                && !isOutstamped(record, shown)
                && !isReplaced(record, answer)) {
            throw new Violation("no acknowledged write is lost", record + " is missing in " + answer);
        }
    }

    /**
     * Whether something that this answer knows of replaced a write. That somebody somewhere tried to replace it does not
     * count; he may have been refused, or have died with it.
     *
     * <p>A delete need not be known, as it leaves no dot behind that digests could tell of: two homes of which one had the
     * write and its delete, and the other neither, both answer with nothing, and the other's state may be the one that is
     * shown. But it must have come to some disk. The same goes for what replaced a write that a home has silently lost.
     */
    private boolean isReplaced(WriteRecord record, Answer answer) {
        for (WriteRecord other : writesOf(record.key)) {
            if (other.seen.covers(record.dot)
                    && (isKnown(other, answer)
                            || ((other.delete || record.erasedSomewhere()) && disks.hold(other.key, other.dot)))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a disk holds this write and it is a delete, or has been undone by one in the end: homes that hold nothing of
     * a key agree that it is gone, and need not agree on what took it away.
     */
    private boolean isUndone(WriteRecord write) {
        if (!disks.hold(write.key, write.dot)) {
            return false;
        }
        if (write.delete) {
            return true;
        }
        for (WriteRecord other : writesOf(write.key)) {
            if (other != write && other.seen.covers(write.dot) && isUndone(other)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isKnown(WriteRecord write, Answer answer) {
        return answer.context().covers(write.dot) || write.lostWithDisk() || write.erasedSomewhere();
    }

    /** Nothing that an acknowledged write replaced comes back, nor what a write known to this answer replaced. */
    private void effective(Answer answer, Set<Dot> shown, WriteRecord record) {
        boolean bound = record.boundFor(answer.start(), answer.r() - silentlyLost, n);
        boolean known = answer.context().covers(record.dot) && !record.lostWithDisk() && !record.erasedSomewhere();
        if (!bound && !known) {
            return;
        }
        for (Dot dot : shown) {
            if (!dot.equals(record.dot) && record.seen.covers(dot)) {
                throw new Violation(
                        "nothing replaced comes back",
                        dot + " is shown although " + record + " replaced it: " + answer);
            }
        }
    }

    /**
     * The context covers only what is shown and what something known to the answer replaced; except for what a disk has lost
     * unnoticed, which its clock goes on vouching for until the leaf is looked at.
     */
    private void claimed(Answer answer, Set<Dot> shown, WriteRecord record) {
        if (record.delete
                || record.lostWithDisk()
                || record.erasedSomewhere()
                || shown.contains(record.dot)
                || isOutstamped(record, shown)
                || !answer.context().covers(record.dot)) {
            return;
        }
        boolean twin = false;
        for (WriteRecord other : writesOf(answer.key())) {
            if (other.seen.covers(record.dot) && (isKnown(other, answer) || isUndone(other))) {
                return;
            }
            twin |= other.operation == record.operation && shown.contains(other.dot);
        }
        if (!twin) {
            throw new Violation(
                    "a context covers what its holder was shown",
                    record + " is covered but neither shown nor replaced in " + answer);
        }
    }

    /** What one quorum read showed, every later one shows or has replaced; what it knew to be gone stays gone. */
    private void monotonic(Answer answer, Set<Dot> shown, Set<Integer> operations) {
        if (!answer.monotonic() || silentlyLost > 0) {
            return;
        }
        List<QuorumRead> earlier = quorumReads.computeIfAbsent(answer.key(), k -> new ArrayList<>());
        for (QuorumRead read : earlier) {
            if (read.end() >= answer.start()) {
                continue;
            }
            for (Dot dot : read.shown()) {
                WriteRecord record = find(answer.key(), dot);
                if (record != null
                        && !record.lostWithDisk()
                        && !shown.contains(dot)
                        && !operations.contains(record.operation)
                        && !isOutstamped(record, shown)
                        && !isReplaced(record, answer)) {
                    throw new Violation("quorum reads never go back", record + " was shown and is gone in " + answer);
                }
            }
            for (Dot dot : shown) {
                if (read.context().covers(dot) && !read.shown().contains(dot) && !excused(read, answer, dot)) {
                    throw new Violation("quorum reads never go back", dot + " was gone and is shown in " + answer);
                }
            }
        }
        earlier.add(new QuorumRead(answer.end(), shown, answer.context()));
    }

    /**
     * The one exception: digests hash live versions only, so what a delete removed that had not been acknowledged by a
     * quorum may be seen again; so may what only a damaged disk knew to be gone. And what had merely lost by its stamp was
     * not gone.
     */
    private boolean excused(QuorumRead read, Answer answer, Dot dot) {
        WriteRecord back = find(answer.key(), dot);
        if (back != null && isOutstamped(back, read.shown())) {
            return true;
        }
        for (WriteRecord other : writesOf(answer.key())) {
            if (other.seen.covers(dot)
                    && (other.lostWithDisk()
                            || (other.delete
                                    && read.context().covers(other.dot)
                                    && !other.acknowledgedAtQuorum(answer.start(), n)))) {
                return true;
            }
        }
        return false;
    }
}
