package io.quorate.client.data;

import java.util.Optional;

/**
 * Where an answer of a leader bucket comes from, and which guarantee it reached. Numbers are -1 where the store did not
 * state them.
 *
 * @param level reached
 * @param role of the replica that gave it: {@code leader} or {@code follower}
 * @param leader the id of the node that leads the key's group, as the answering node knows it; empty if it knows none
 * @param term of the answering replica
 * @param index of the log, up to which the answer has seen
 * @param lagMillis how old, in milliseconds, what was seen may be; 0 if it is the newest, -1 if the replica does not
 *     know
 * @param session token of what has been seen with this answer, for {@link io.quorate.client.led.Session#of}
 * @param epoch the ring's epoch at the node that answered
 */
public record LeaderInfo(
        String level,
        String role,
        Optional<String> leader,
        long term,
        long index,
        long lagMillis,
        String session,
        long epoch) {
    /** The word of the contract for the replica that orders the writes. */
    public static final String LEADER = "leader";

    /** Whether the leader itself gave the answer. */
    public boolean fromLeader() {
        return role.equals(LEADER);
    }
}
