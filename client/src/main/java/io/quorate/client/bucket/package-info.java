/**
 * How a bucket is defined. Start with {@link io.quorate.client.bucket.BucketDefinition}.
 */
@NullMarked
package io.quorate.client.bucket;

import org.jspecify.annotations.NullMarked;
