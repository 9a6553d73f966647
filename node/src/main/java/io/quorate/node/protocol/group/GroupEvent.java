package io.quorate.node.protocol.group;

/** What happens to a node's part in a group, as it is counted. */
public enum GroupEvent {
    LEADS,
    LEADS_NO_MORE,
    STANDS,
    VOTES,
    TERM_BEGINS,
    STATE_SENT,
    STATE_TAKEN,
    /** This node has lost its disk and asks to be let in. */
    REJOINS,
    /** A leader lets in one that has lost its disk. */
    LETS_IN,
    /** This node has a state and is a member again. */
    REJOINED,
    HALTED,
    /** An entry of this node's log has given way to what another leader made: it was never committed. */
    ENTRY_DROPPED,
    /** All members have come to the same at a check. */
    CHECKED,
    /** A difference between replicas, or damage on this disk, that was not known yet. */
    CHECK_ALARM
}
