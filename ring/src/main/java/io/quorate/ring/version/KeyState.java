package io.quorate.ring.version;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.quorate.ring.bytes.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The container of a key: its live versions, sorted by dot, and a causal context. A dot that the context covers and that
 * is no live version's is one that this state knows to be overwritten or deleted.
 *
 * <p>A state is <em>filled</em> when its context includes all that its replica's clock vouches for, and <em>stripped</em>
 * when all of that is left out; only filled states (and the deltas of writes) leave a replica. See {@link VersionRules}.
 */
public record KeyState(ImmutableList<Version> versions, CausalContext context) {
    public static final KeyState EMPTY = new KeyState(ImmutableList.of(), CausalContext.EMPTY);

    public static KeyState of(List<Version> versions, CausalContext context) {
        if (versions.isEmpty() && context.isEmpty()) {
            return EMPTY;
        }
        ImmutableList<Version> sorted = versions.size() < 2
                ? ImmutableList.copyOf(versions)
                : ImmutableList.sortedCopyOf(Comparator.comparing(Version::dot), versions);
        return new KeyState(sorted, context);
    }

    /** Nothing is known of the key, not even deletes: it takes no space. */
    public boolean isEmpty() {
        return versions.isEmpty() && context.isEmpty();
    }

    public @Nullable Version find(Dot dot) {
        for (Version version : versions) {
            if (version.dot().equals(dot)) {
                return version;
            }
        }
        return null;
    }

    public boolean has(Dot dot) {
        return find(dot) != null;
    }

    public List<Dot> dots() {
        List<Dot> dots = new ArrayList<>(versions.size());
        for (Version version : versions) {
            dots.add(version.dot());
        }
        return dots;
    }

    /**
     * What a reader is shown (rule V3): of versions with equal request ids, which are one write taken by two homes, only
     * the one with the smallest dot. Merging itself collapses nothing. The same id with another body is another write: the
     * id was used anew after it had been forgotten, and must hide nothing.
     */
    public List<Version> shown() {
        if (versions.size() < 2) {
            return versions;
        }
        Map<Write, Version> byWrite = new LinkedHashMap<>();
        for (Version version : versions) {
            byWrite.putIfAbsent(new Write(version.requestId(), version.contentType(), version.value()), version);
        }
        return List.copyOf(byWrite.values());
    }

    /**
     * The one version that counts where the last writer wins: that of the highest stamp, then of the highest dot; null if
     * there is none. A version without a stamp is older than any with one.
     */
    public @Nullable Version winner() {
        Version winner = null;
        for (Version version : versions) {
            // Sorted by dot: of equal stamps the later one has the higher dot.
            if (winner == null || !winner.stamp().isAfter(version.stamp())) {
                winner = version;
            }
        }
        return winner;
    }

    /** What a reader is shown where the last writer wins: the winner alone, under the whole context. */
    public KeyState decided() {
        Version winner = winner();
        return winner == null || versions.size() == 1 ? this : new KeyState(ImmutableList.of(winner), context);
    }

    /** The highest hybrid time that this state tells of. */
    public HybridTime time() {
        HybridTime highest = context.time();
        for (Version version : versions) {
            highest = highest.max(version.stamp());
        }
        return highest;
    }

    private record Write(Bytes requestId, String contentType, Bytes value) {}

    /** A 64-bit digest of the live dots and of nothing else: equal on two replicas however they are stripped. */
    public long digest() {
        if (versions.isEmpty()) {
            return 0;
        }
        Hasher hasher = Hashing.murmur3_128().newHasher();
        for (Version version : versions) {
            Dot dot = version.dot();
            hasher.putUnencodedChars(dot.actor().node().value())
                    .putInt(dot.actor().partition())
                    .putLong(dot.actor().incarnation())
                    .putLong(dot.counter());
        }
        return hasher.hash().asLong();
    }
}
