package io.quorate.node.protocol.bucket;

import io.quorate.ring.topology.NodeId;

/**
 * What one node knows of one bucket name. Entries of a name merge to the same result in any order: the later generation
 * wins; within a generation a delete wins, the shape is that of the earliest creation, the defaults are those of the
 * latest change.
 *
 * @param generation the bucket's incarnation, from 1; raised by making a bucket anew after its delete. Records carry it
 * @param created when and where this generation was first made
 * @param revised when and where its defaults were last changed
 */
public record BucketEntry(
        String name, int generation, boolean deleted, Stamp created, Stamp revised, BucketDefinition definition) {

    /** A moment at a node: wall clock in milliseconds, ties broken by the node's id. */
    public record Stamp(long millis, NodeId node) implements Comparable<Stamp> {
        @Override
        public int compareTo(Stamp other) {
            int byTime = Long.compare(millis, other.millis);
            return byTime != 0 ? byTime : node.compareTo(other.node);
        }
    }

    public BucketEntry merge(BucketEntry other) {
        if (generation != other.generation) {
            return generation > other.generation ? this : other;
        }
        BucketEntry shape = created.compareTo(other.created) <= 0 ? this : other;
        BucketEntry defaults = revised.compareTo(other.revised) >= 0 ? this : other;
        return new BucketEntry(
                name,
                generation,
                deleted || other.deleted,
                shape.created,
                defaults.revised,
                defaults.definition.withShapeOf(shape.definition));
    }
}
