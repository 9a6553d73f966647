package io.quorate.node.protocol.liveness;

/**
 * How often a node has lost data, as far as it knows.
 *
 * @param count of losses, a wiped disk or one put back each
 * @param recovered how many of them it has made up for, in all its replicas
 * @param toldAll whether every other node knows the disk that this node has now: whoever does lets nothing rest on answers
 *     that came from an earlier one
 * @param unsure the disk is new, and not enough other nodes have been heard to know whether there was one before it
 */
public record Losses(int count, int recovered, boolean toldAll, boolean unsure) {
    public static final Losses NONE = new Losses(0, 0, true, false);
}
