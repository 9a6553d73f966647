package io.quorate.node.protocol.antientropy;

import io.quorate.node.protocol.replica.LeafListing;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decisions on which the safety of a round rests. One object, so that the simulator can put a broken rule in its place
 * and show that its checks notice.
 */
public class ExchangeRules {
    public static final ExchangeRules STANDARD = new ExchangeRules();

    /** Rule E1: what goes into the commit together with the clock. */
    public Map<RecordKey, CausalContext> takenOver(Map<RecordKey, CausalContext> contexts) {
        return contexts;
    }

    /** Rules E2 and E3: whether the clock may be taken over although so much was passed over. */
    public boolean mayTakeOver(int passedOver) {
        return passedOver == 0;
    }

    /**
     * Rule E4: whether a version that has come in meanwhile makes its key one that has to be compared again.
     *
     * @param clock of the other home, as it was when the round began
     * @param context of the key that went with it; null if the clock vouches for all of it
     */
    public boolean mustLookAgain(PartitionClock clock, @Nullable CausalContext context, Dot dot) {
        return clock.contains(dot) || (context != null && context.covers(dot));
    }

    /** Rule E5: the context that goes with the values of a key. */
    public CausalContext sentWith(KeyState own) {
        return own.context();
    }

    /** Condition C9: whether what a home does not list is known to be deleted. */
    public boolean isProved(LeafListing listing) {
        return listing.proved();
    }

    /** Rule E2: the clock as it was when the other home was compared, and not a later one. */
    public PartitionClock told(PartitionClock compared, PartitionClock latest) {
        return compared;
    }

    /** Rule V1: whether what a replica holds that has lost data counts for a read. */
    public boolean mayAnswer(boolean lagging) {
        return !lagging;
    }

    /** Rule E9: who may keep writes of an actor that no home has yet. */
    public Collection<NodeId> mayKeepWrites(Collection<NodeId> all, Collection<NodeId> homes) {
        return all;
    }

    /** Rule E9: the homes that must have no write of an actor besides those that are known. */
    public Collection<NodeId> mustAgree(List<NodeId> homes) {
        return homes;
    }

    /**
     * Rule V1: whether a replica has got back all that it may have acknowledged.
     *
     * @param compared other homes that do not lag, and that it has been compared with
     * @param needed so that one of them has whatever a quorum took
     */
    public boolean isRecovered(int compared, int needed) {
        return compared >= needed;
    }

    /**
     * Rule V1: whether comparisons count from now on.
     *
     * @param toldAll all other nodes know that the disk is another
     * @param waited since that was found here, in nanoseconds
     * @param longest that any request may take, in nanoseconds
     */
    public boolean mayCount(boolean toldAll, long waited, long longest) {
        return toldAll || waited >= longest;
    }
}
