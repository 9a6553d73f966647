package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.topology.NodeId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often the first home is offered the lead. */
class PreferenceTest {
    private static final int TURNS_A_SECOND = 100;

    private boolean full;
    private int offers;
    private final TinyGroup group = new TinyGroup(0, Store::new, CheckSlots.UNBOUNDED);

    private final class Store extends MemoryGroupStore {
        private final NodeId of;

        private Store(NodeId of) {
            this.of = of;
        }

        @Override
        public @Nullable StorageException refusal() {
            return full && of.equals(TinyGroup.N1) ? StorageException.noRoom("of the test") : null;
        }
    }

    @AfterEach
    void stop() {
        group.close();
    }

    private int offersIn(int seconds) {
        offers = 0;
        group.watch = message -> {
            if (message instanceof GroupMessage.Raft raft && raft.message() instanceof RaftMessage.StandNow) {
                offers++;
            }
        };
        group.turns(seconds * TURNS_A_SECOND);
        group.watch = message -> {};
        return offers;
    }

    @Test
    void oneThatDeclinesIsOfferedTheLeadEverMoreSeldomAndTakesItWhenItCan() {
        full = true;
        group.await("another leader", () -> !group.report(TinyGroup.N1).role().equals("leader"));

        assertThat(offersIn(60)).as("in the first minute").isBetween(3, 5);
        assertThat(offersIn(180)).as("in the next three").isBetween(1, 3);

        full = false;
        group.await(
                "the first home to lead",
                () -> group.report(TinyGroup.N1).role().equals("leader"));
    }
}
