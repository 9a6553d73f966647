package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.raft.Role;
import io.quorate.ring.topology.NodeId;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a leader lets members in that have lost their disks. It makes an entry after it has heard of the loss. Once that is
 * committed, a majority without the one that asks stands behind it, and no vote and no acknowledgement that this one gave
 * before can bring about anything that the entry does not know of: whoever has a state that holds the entry may vote again.
 * It is told so, and sent such a state. Of one term: the next leader makes an entry of its own.
 */
final class Readmissions {
    private final RaftCore core;
    private final GroupRules rules;
    private final StateTransfers transfers;
    private final PartOutput output;
    private final Map<NodeId, Asked> asked = new TreeMap<>();
    private long term;
    /** Up to where the store shows entries. */
    private long stored;

    /** What one has asked. */
    private static final class Asked {
        private final long nonce;
        /** The entry that lets it in. */
        private final long index;

        private boolean waits = true;

        private Asked(long nonce, long index) {
            this.nonce = nonce;
            this.index = index;
        }
    }

    /** Nobody asks. */
    Readmissions(RaftCore core, GroupRules rules, StateTransfers transfers, PartOutput output) {
        this.core = core;
        this.rules = rules;
        this.transfers = transfers;
        this.output = output;
    }

    /** Takes up what one asks; false if that is to be done elsewhere, or cannot be now: it asks again. */
    boolean onRejoin(NodeId from, GroupMessage.Rejoin ask, long now) {
        if (core.role() != Role.LEADER) {
            return false;
        }
        if (core.term() != term) {
            term = core.term();
            asked.clear();
        }
        Asked known = asked.get(from);
        if (known != null && known.nonce == ask.nonce()) {
            known.waits = true;
            return true;
        }
        Ready.Position at = core.forgotten(from, now);
        if (at == null) {
            return false;
        }
        // A state that is on its way there is for whoever it was before.
        transfers.end(from);
        asked.put(from, new Asked(ask.nonce(), rules.letInBy(at.index(), stored)));
        output.happened(GroupEvent.LETS_IN);
        return true;
    }

    /** The store shows all up to an entry. */
    void stored(long index) {
        stored = index;
    }

    /** Answers those that can be. What is stored is committed, and a leader's log stays as it is in its term. */
    void tick(long now) {
        if (core.role() != Role.LEADER || core.term() != term) {
            return;
        }
        asked.forEach((node, ask) -> {
            if (ask.waits && stored >= ask.index) {
                ask.waits = false;
                output.send(node, new GroupMessage.LetIn(ask.nonce, ask.index));
                transfers.begin(node, now);
            }
        });
    }
}
