package io.quorate.client.data;

import io.quorate.client.led.LeaderVersion;

/**
 * A write or delete of a leader bucket that reached its level.
 *
 * @param version that it made; after a delete, the name of the delete: the key has no version then
 * @param info where the answer comes from
 */
public record LeaderWrite(LeaderVersion version, LeaderInfo info) {}
