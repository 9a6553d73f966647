/**
 * What a client has done, as numbers to read at any time and as events to listen to; no metrics library is needed or
 * preferred. Start with {@link io.quorate.client.metrics.ClientMetrics}.
 */
@NullMarked
package io.quorate.client.metrics;

import org.jspecify.annotations.NullMarked;
