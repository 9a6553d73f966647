/**
 * What a node counts and times, in Prometheus' form. Start with {@link io.quorate.node.metrics.NodeMetrics}.
 */
@NullMarked
package io.quorate.node.metrics;

import org.jspecify.annotations.NullMarked;
