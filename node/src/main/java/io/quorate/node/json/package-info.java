/**
 * The contract's JSON documents, the same for HTTP and for callers in process. Start with {@link io.quorate.node.json.BucketJson}.
 */
@NullMarked
package io.quorate.node.json;

import org.jspecify.annotations.NullMarked;
