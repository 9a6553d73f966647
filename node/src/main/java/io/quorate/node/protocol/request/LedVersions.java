package io.quorate.node.protocol.request;

import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.Dot;

/** How versions of leader buckets are named in records: the same on all replicas, because the log names them. */
public final class LedVersions {
    private static final NodeId LOG = NodeId.of("log");

    private LedVersions() {}

    /** The dot of what an entry made. */
    public static Dot dotOf(int partition, VersionTag tag) {
        return new Dot(new ActorId(LOG, partition, tag.term()), tag.index());
    }

    /** The entry that a dot stands for. */
    public static VersionTag tagOf(Dot dot) {
        return new VersionTag(dot.actor().incarnation(), dot.counter());
    }
}
