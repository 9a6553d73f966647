package io.quorate.node.protocol.store;

import io.quorate.ring.bytes.Bytes;

/**
 * Where a key's record lies: replica set, then ring order, then bucket and its generation, then key.
 *
 * @param token the key's point on the ring
 * @param generation the bucket's incarnation, so that a bucket made anew sees nothing of the old one
 */
public record RecordKey(ReplicaSetId set, long token, String bucket, int generation, Bytes key) {
    @Override
    public boolean equals(Object o) {
        return o instanceof RecordKey k
                && token == k.token
                && generation == k.generation
                && set.equals(k.set)
                && key.equals(k.key)
                && bucket.equals(k.bucket);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(token) ^ generation;
    }
}
