/**
 * What can go wrong with a call, sorted by what the caller may do next. Start with
 * {@link io.quorate.client.error.QuorateException}.
 */
@NullMarked
package io.quorate.client.error;

import org.jspecify.annotations.NullMarked;
