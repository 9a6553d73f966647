package io.quorate.node.protocol.antientropy;

/** Where a round is, for whoever looks at it. */
public enum Stage {
    COMPARING,
    PAUSING,
    EXCHANGING,
    LEARNING,
    /** Ended with all that the other home knew. */
    COMPLETE,
    /** Ended before that. */
    BROKEN_OFF
}
