package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.antientropy.ExchangeRules;
import io.quorate.node.protocol.hint.HintRules;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.VersionRules;
import java.util.function.LongSupplier;

/**
 * What surrounds a shard.
 *
 * @param keepsActors whether everything this node ever issued is proved to be on its disk
 * @param losses of data that are known of at the start
 * @param randomLongs for incarnations and message ids: numbers that are not drawn twice
 * @param wallMillis this node's own clock: for what people read, and one voice in what time it is
 */
public record Surroundings(
        NodeId self,
        PartitionStore store,
        VersionRules rules,
        boolean keepsActors,
        Losses losses,
        LongSupplier randomLongs,
        LongSupplier wallMillis,
        Shard.Output output,
        ExchangeRules exchangeRules,
        HintRules hintRules) {
    /** With the rules that are right. */
    public Surroundings(
            NodeId self,
            PartitionStore store,
            VersionRules rules,
            boolean keepsActors,
            Losses losses,
            LongSupplier randomLongs,
            LongSupplier wallMillis,
            Shard.Output output) {
        this(
                self,
                store,
                rules,
                keepsActors,
                losses,
                randomLongs,
                wallMillis,
                output,
                ExchangeRules.STANDARD,
                HintRules.STANDARD);
    }
}
