package io.quorate.client.bucket;

/**
 * What asking for a bucket did.
 *
 * @param created true if it was made now, false if it existed (and at most its defaults changed)
 */
public record BucketChange(boolean created, BucketInfo bucket) {}
