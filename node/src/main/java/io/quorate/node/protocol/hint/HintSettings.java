package io.quorate.node.protocol.hint;

/**
 * How much is kept for others, and how fast it is handed over.
 *
 * @param bytesPerTarget of hints for one home
 * @param bytesInAll of hints of a node
 * @param keysInAll of a node: each takes some memory too
 * @param window hints under way to a home that have not been acknowledged
 * @param bytesPerSecond that a node sends of them
 */
public record HintSettings(long bytesPerTarget, long bytesInAll, int keysInAll, int window, long bytesPerSecond) {
    public static final HintSettings DEFAULT = new HintSettings(1L << 30, 4L << 30, 1_000_000, 64, 16L << 20);

    /** Nothing is kept. */
    public static final HintSettings NONE = new HintSettings(0, 0, 0, 1, 1);
}
