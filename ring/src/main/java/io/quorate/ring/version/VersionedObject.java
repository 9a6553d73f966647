package io.quorate.ring.version;

import com.google.common.collect.ImmutableList;

/**
 * What travels between replicas for one key: live versions and a context, and the dots whose effect the object carries
 * besides the live ones (those of a delete, or of a write since overwritten). Two objects of a key merge in any order.
 */
public record VersionedObject(KeyState state, ImmutableList<Dot> applied) {
    public static VersionedObject of(KeyState state) {
        return new VersionedObject(state, ImmutableList.of());
    }
}
