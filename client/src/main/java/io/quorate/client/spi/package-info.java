/**
 * The seam below the client: what a way to reach the store (HTTP, in process) must offer. Start with
 * {@link io.quorate.client.spi.StoreTransport}.
 */
@NullMarked
package io.quorate.client.spi;

import org.jspecify.annotations.NullMarked;
