package io.quorate.client.bucket;

/** A bucket that exists. */
public record BucketInfo(String name, BucketDefinition definition) {}
