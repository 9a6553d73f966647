/**
 * Values, versions, contexts and results: plain data that callers and transports share. Start with
 * {@link io.quorate.client.data.ReadResult}.
 */
@NullMarked
package io.quorate.client.data;

import org.jspecify.annotations.NullMarked;
