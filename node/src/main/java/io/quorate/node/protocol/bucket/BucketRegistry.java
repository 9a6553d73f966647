package io.quorate.node.protocol.bucket;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.quorate.ring.topology.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All bucket definitions that a node knows, deletes included. Every node keeps all of them, takes changes at any time and
 * merges what it hears from others ({@link BucketEntry#merge}), so that all end the same. The consistent core takes its
 * place when there is one.
 */
public final class BucketRegistry {
    /** Bounds what every node keeps and exchanges; deleted names count too. */
    public static final int BUCKETS_MAX = 1000;

    /** What a node may come to know of when parts of a cluster that had been apart tell each other. */
    public static final int KNOWN_MAX = 20 * BUCKETS_MAX;

    private final NodeId self;
    private final NavigableMap<String, BucketEntry> entries = new TreeMap<>();
    private long digest;

    public BucketRegistry(NodeId self) {
        this.self = self;
    }

    /** What became of a request to define a bucket. */
    public enum Change {
        CREATED,
        CHANGED,
        SAME,
        IMMUTABLE,
        TOO_MANY
    }

    public Change define(BucketDefinition definition, long nowMillis) {
        BucketEntry known = entries.get(definition.name());
        if (known == null || known.deleted()) {
            if (known == null && entries.size() >= BUCKETS_MAX) {
                return Change.TOO_MANY;
            }
            BucketEntry.Stamp now = new BucketEntry.Stamp(nowMillis, self);
            int generation = known == null ? 1 : known.generation() + 1;
            put(new BucketEntry(definition.name(), generation, false, now, now, definition));
            return Change.CREATED;
        }
        if (!known.definition().sameShape(definition)) {
            return Change.IMMUTABLE;
        }
        if (known.definition().equals(definition)) {
            return Change.SAME;
        }
        // Later than what it replaces even if this node's clock is behind the other's.
        long millis = Math.max(nowMillis, known.revised().millis() + 1);
        put(new BucketEntry(
                known.name(),
                known.generation(),
                false,
                known.created(),
                new BucketEntry.Stamp(millis, self),
                definition));
        return Change.CHANGED;
    }

    /** Marks a bucket deleted; null if there is none of that name. */
    public @Nullable BucketEntry delete(String name) {
        BucketEntry known = find(name);
        if (known == null) {
            return null;
        }
        BucketEntry gone =
                new BucketEntry(name, known.generation(), true, known.created(), known.revised(), known.definition());
        put(gone);
        return gone;
    }

    /** Takes over what another node knows; the entries that changed here, as they are now. */
    public List<BucketEntry> merge(Collection<BucketEntry> others) {
        return others.stream()
                .filter(other -> {
                    BucketEntry known = entries.get(other.name());
                    BucketEntry merged = known == null ? other : known.merge(other);
                    if (merged.equals(known)) {
                        return false;
                    }
                    put(merged);
                    return true;
                })
                .map(other -> entries.getOrDefault(other.name(), other))
                .toList();
    }

    private void put(BucketEntry entry) {
        entries.put(entry.name(), entry);
        Hasher hasher = Hashing.murmur3_128().newHasher();
        entries.values().forEach(e -> hasher.putString(e.toString(), StandardCharsets.UTF_8));
        digest = hasher.hash().asLong();
    }

    /** The bucket of that name unless it is deleted. */
    public @Nullable BucketEntry find(String name) {
        BucketEntry entry = entries.get(name);
        return entry == null || entry.deleted() ? null : entry;
    }

    /** What is known of a name, deleted or not; null if nothing is. */
    public @Nullable BucketEntry entry(String name) {
        return entries.get(name);
    }

    public List<BucketEntry> all() {
        return List.copyOf(entries.values());
    }

    /** Equal on two nodes exactly when they know the same. */
    public long digest() {
        return digest;
    }
}
