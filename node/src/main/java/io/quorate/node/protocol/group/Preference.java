package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.Role;
import io.quorate.ring.topology.NodeId;

/**
 * Has the first home lead, so that the leaders of all groups are spread as the ring spreads first homes. One that does not take
 * the lead is offered it again after ever longer waits: writes stop for each try, and leases of this term end with the first.
 */
final class Preference {
    private static final int DOUBLINGS_MAX = 6;

    private final NodeId self;
    private final NodeId first;
    private final RaftCore core;
    private final GroupSettings settings;
    private long keptSince;
    private int tries;

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
        tries = 0;
    }

    /** Whether the first home could lead by now, and this node does. */
    boolean isWanted() {
        RaftCore.Standing standing = isOwn() || core.role() != Role.LEADER ? null : core.standingOf(first);
        return standing != null && standing.heardNanos() < settings.raft().electionNanos();
    }

    /** Hands over to the first home, once that one has kept up for a while. One that comes back is offered the lead as soon as at first. */
    void tick(long now) {
        if (!isWanted()) {
            tries = 0;
            return;
        }
        RaftCore.Standing standing = core.standingOf(first);
        if (now - keptSince >= settings.preferNanos() << Math.min(tries, DOUBLINGS_MAX)
                && standing != null
                && standing.match() >= core.commit()
                && core.transfer(first, now)) {
            keptSince = now;
            tries++;
        }
    }
}
