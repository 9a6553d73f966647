/**
 * Bucket definitions: how a bucket is replicated, and how all nodes come to agree on it. Start with {@link io.quorate.node.protocol.bucket.BucketRegistry}.
 */
@NullMarked
package io.quorate.node.protocol.bucket;

import org.jspecify.annotations.NullMarked;
