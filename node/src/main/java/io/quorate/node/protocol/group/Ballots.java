package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.HardState;
import io.quorate.ring.topology.NodeId;
import java.util.function.Consumer;

/** What the promises that a node writes down tell of its group's elections. */
final class Ballots {
    private final NodeId self;
    private final Consumer<GroupEvent> happened;
    private HardState known;

    /** Goes on from what was promised before. */
    Ballots(NodeId self, HardState known, Consumer<GroupEvent> happened) {
        this.self = self;
        this.known = known;
        this.happened = happened;
    }

    /** A write makes these promises durable. A vote for oneself begins an election; one for another is a vote. */
    void promised(HardState next) {
        boolean termBegins = next.term() != known.term();
        NodeId vote = next.vote();
        if (termBegins) {
            happened.accept(GroupEvent.TERM_BEGINS);
        }
        if (vote != null && (termBegins || !vote.equals(known.vote()))) {
            happened.accept(vote.equals(self) ? GroupEvent.STANDS : GroupEvent.VOTES);
        }
        known = next;
    }
}
