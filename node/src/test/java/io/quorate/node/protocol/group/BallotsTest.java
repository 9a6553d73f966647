package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.raft.HardState;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BallotsTest {
    private static final NodeId SELF = NodeId.of("n1");
    private static final NodeId OTHER = NodeId.of("n2");

    private final List<GroupEvent> happened = new ArrayList<>();
    private final Ballots ballots = new Ballots(SELF, new HardState(4, OTHER), happened::add);

    private List<GroupEvent> promised(long term, @Nullable NodeId vote) {
        happened.clear();
        ballots.promised(new HardState(term, vote));
        return happened;
    }

    @Test
    void whatWasPromisedBeforeIsNoNews() {
        assertThat(promised(4, OTHER)).isEmpty();
        assertThat(promised(4, OTHER)).isEmpty();
    }

    @Test
    void termMayBeginWithoutAVoteAndTheVoteFollow() {
        assertThat(promised(5, null)).containsExactly(GroupEvent.TERM_BEGINS);
        assertThat(promised(5, OTHER)).containsExactly(GroupEvent.VOTES);
        assertThat(promised(5, OTHER)).isEmpty();
    }

    @Test
    void voteForOneselfBeginsAnElectionInEachTerm() {
        assertThat(promised(5, SELF)).containsExactly(GroupEvent.TERM_BEGINS, GroupEvent.STANDS);
        assertThat(promised(6, SELF)).containsExactly(GroupEvent.TERM_BEGINS, GroupEvent.STANDS);
        assertThat(promised(7, OTHER)).containsExactly(GroupEvent.TERM_BEGINS, GroupEvent.VOTES);
    }
}
