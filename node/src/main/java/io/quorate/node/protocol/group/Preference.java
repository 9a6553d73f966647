package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.Role;
import io.quorate.ring.topology.NodeId;

/** Has the first home lead, so that the leaders of all groups are spread as the ring spreads first homes. */
final class Preference {
    private final NodeId self;
    private final NodeId first;
    private final RaftCore core;
    private final GroupSettings settings;
    private long keptSince;

    Preference(NodeId self, NodeId first, RaftCore core, GroupSettings settings) {
        this.self = self;
        this.first = first;
        this.core = core;
        this.settings = settings;
    }

    /** Whether this node is the one that should lead. */
    boolean isOwn() {
        return first.equals(self);
    }

    /** The lead stays where it is for a while: it has just come, or was moved by someone who wanted it so. */
    void keep(long now) {
        keptSince = now;
    }

    /** Whether the first home could lead by now, and this node does. */
    boolean isWanted() {
        RaftCore.Standing standing = isOwn() || core.role() != Role.LEADER ? null : core.standingOf(first);
        return standing != null && standing.heardNanos() < settings.raft().electionNanos();
    }

    /** Hands over to the first home, once that one has kept up for a while. */
    void tick(long now) {
        RaftCore.Standing standing = core.standingOf(first);
        if (isWanted()
                && now - keptSince >= settings.preferNanos()
                && standing != null
                && standing.match() >= core.commit()) {
            keptSince = now;
            core.transfer(first, now);
        }
    }
}
