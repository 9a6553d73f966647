package io.quorate.client.spi;

import java.time.Duration;

/**
 * What every call on a key carries.
 *
 * @param homesOnly true if no stand-in may count for a home replica
 * @param timeout the store's deadline, counted from the call, 1 ms to 60 s
 */
public record CallOptions(Need need, boolean homesOnly, Duration timeout) {}
