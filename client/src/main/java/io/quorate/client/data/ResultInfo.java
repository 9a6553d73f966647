package io.quorate.client.data;

import java.util.Optional;

/**
 * Which guarantee an answer really reached. Numbers are -1 where the store did not state them.
 *
 * @param mode {@code leaderless} or {@code leader}
 * @param level the level asked for; empty if none was stated
 * @param need replicas that had to answer
 * @param acked replicas whose durable answer had arrived when the reply left
 * @param homes those of them that are home replicas of the key
 * @param hinted those that took it for another node
 * @param repaired stale replicas brought up to date by this read
 * @param siblings live versions of the key
 * @param epoch the ring's epoch at the node that answered
 */
public record ResultInfo(
        String mode,
        Optional<String> level,
        int need,
        int acked,
        int homes,
        int hinted,
        int repaired,
        int siblings,
        long epoch) {}
