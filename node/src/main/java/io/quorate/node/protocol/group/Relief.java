package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.Role;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.ring.topology.NodeId;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Has another lead while this node's disk takes no writes: one voter after the other is asked, the one with most of the log
 * first, as the disks of others may be full, too; who cannot write declines. If all do, the lead stays for those who read, and
 * they are asked again after a while.
 */
final class Relief {
    private final RaftCore core;
    private final Rest rest;
    private final GroupStore store;
    private final GroupSettings settings;
    private final Set<NodeId> asked = new TreeSet<>();
    private long askedAt;

    Relief(RaftCore core, Rest rest, GroupStore store, GroupSettings settings) {
        this.core = core;
        this.rest = rest;
        this.store = store;
        this.settings = settings;
    }

    /**
     * Looks at the disk, and asks the next one if it has to be: to be called before anything is proposed. A group that rests
     * waits for the first write.
     */
    void step(boolean writes, long now) {
        boolean fit = store.refusal() == null;
        core.setFit(fit);
        if (fit || core.role() != Role.LEADER) {
            asked.clear();
            return;
        }
        if (writes) {
            rest.active(now);
        }
        if (core.isHandingOver() || rest.isResting()) {
            return;
        }
        if (!asked.isEmpty() && now - askedAt >= settings.preferNanos()) {
            asked.clear();
        }
        next().ifPresent(to -> {
            asked.add(to);
            askedAt = now;
            core.transfer(to, now);
        });
    }

    private Optional<NodeId> next() {
        return core.configuration().members().stream()
                .filter(each -> core.configuration().isVoter(each) && !asked.contains(each) && isNear(each))
                .max(Comparator.comparingLong(this::match));
    }

    /** Whether it has been heard lately, and lacks nothing that is committed. */
    private boolean isNear(NodeId node) {
        RaftCore.Standing standing = core.standingOf(node);
        return standing != null
                && standing.heardNanos() < settings.raft().electionNanos()
                && standing.match() >= core.commit();
    }

    private long match(NodeId node) {
        RaftCore.Standing standing = core.standingOf(node);
        return standing == null ? -1 : standing.match();
    }
}
