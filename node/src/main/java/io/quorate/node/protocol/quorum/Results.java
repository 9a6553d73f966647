package io.quorate.node.protocol.quorum;

import io.quorate.node.protocol.message.PeerMessage.Status;

/** How clients are told of a replica's status. */
public final class Results {
    private Results() {}

    public static String text(Status status) {
        return switch (status) {
            case OK -> "acked";
            case OVERLOADED, NO_HINT -> "overloaded";
            case LAGGING, RETIRED, CORRUPT, DISK_FULL, STALE_BUCKET, FAILED -> "error";
        };
    }
}
