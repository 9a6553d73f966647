/**
 * Hash trees over the keys of a partition: find where two replicas differ, and prove that an absence is a delete. Knows nothing of storage or messages. Start with {@link io.quorate.repair.merkle.LeafTable}.
 */
@NullMarked
package io.quorate.repair.merkle;

import org.jspecify.annotations.NullMarked;
