package io.quorate.bench.sim;

import io.quorate.node.protocol.antientropy.ExchangeRules;
import io.quorate.node.protocol.hint.HintRules;
import io.quorate.node.protocol.replica.LeafListing;
import io.quorate.node.protocol.store.Hint;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionedObject;
import java.util.Collection;
import java.util.Set;

/** The rules of coming together, one of them broken on purpose. */
final class BrokenExchange extends ExchangeRules {
    private static final NodeId NOBODY = NodeId.of("nobody");

    private final PlantedBug bug;

    BrokenExchange(PlantedBug bug) {
        this.bug = bug;
    }

    @Override
    public boolean mayTakeOver(int passedOver) {
        return bug == PlantedBug.EXCHANGE_CLOCK_THOUGH_SKIPPED || super.mayTakeOver(passedOver);
    }

    @Override
    public boolean isProved(LeafListing listing) {
        return bug == PlantedBug.EXCHANGE_ABSENCE_WITHOUT_PROOF || super.isProved(listing);
    }

    @Override
    public PartitionClock told(PartitionClock compared, PartitionClock latest) {
        return bug == PlantedBug.EXCHANGE_LATEST_CLOCK ? latest.copy() : super.told(compared, latest);
    }

    @Override
    public CausalContext sentWith(KeyState own) {
        return bug == PlantedBug.EXCHANGE_WITHOUT_CONTEXT ? Contexts.ofLive(own) : super.sentWith(own);
    }

    @Override
    public Collection<NodeId> mayKeepWrites(Collection<NodeId> all, Collection<NodeId> homes) {
        return bug == PlantedBug.EXCHANGE_GAPS_STAY ? Set.of(NOBODY) : super.mayKeepWrites(all, homes);
    }

    @Override
    public boolean mayAnswer(boolean lagging) {
        return bug == PlantedBug.LOSS_COUNTS_FOR_READS || super.mayAnswer(lagging);
    }

    /** The rules of handoff. */
    static final class Hints extends HintRules {
        private final PlantedBug bug;

        Hints(PlantedBug bug) {
            this.bug = bug;
        }

        @Override
        public boolean ends(Hint delivered, long revision) {
            return bug == PlantedBug.HINT_ENDED_WHATEVER_WAS_ADDED || super.ends(delivered, revision);
        }

        @Override
        public boolean endsWhenSent() {
            return bug == PlantedBug.HINT_ENDED_WHEN_SENT;
        }

        @Override
        public boolean countsBeforeDurable() {
            return bug == PlantedBug.HINT_COUNTS_BEFORE_DURABLE;
        }

        @Override
        public VersionedObject kept(VersionedObject object) {
            KeyState state = object.state();
            return bug == PlantedBug.HINT_STRIPPED
                    ? new VersionedObject(KeyState.of(state.versions(), Contexts.ofLive(state)), object.applied())
                    : super.kept(object);
        }

        @Override
        public boolean isFoundAtStart() {
            return bug != PlantedBug.HINT_FORGOTTEN_AT_START && super.isFoundAtStart();
        }

        @Override
        public long incarnation(long drawn) {
            return bug == PlantedBug.HINT_DOTS_ISSUED_AGAIN ? 1 : super.incarnation(drawn);
        }

        @Override
        public Set<Dot> named(Set<Dot> all) {
            return bug == PlantedBug.HINT_FORGETS_DELETES ? Set.of() : super.named(all);
        }
    }
}
