/**
 * The Java client: buckets, views of a consistency level, calls with deadlines. Knows no HTTP beyond the factory
 * {@link io.quorate.client.QuorateClients}. Start with {@link io.quorate.client.QuorateClient}.
 */
@NullMarked
package io.quorate.client;

import org.jspecify.annotations.NullMarked;
