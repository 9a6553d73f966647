package io.quorate.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TestKeys;
import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.shard.ShardSettings;
import io.quorate.node.protocol.shard.Surroundings;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.storage.MemoryPartitionStore;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.VersionRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** No two replicas ever issue versions under one name, however little time lies between their first uses. */
final class IncarnationsTest {
    private static final int STARTS = 40;
    private static final long FROZEN_MILLIS = 1_700_000_000_000L;

    /** A node that has an empty disk, in a world whose clock stands still. */
    private static Shard start(LongSupplier incarnations) {
        return new Shard(
                new Surroundings(
                        TinyCluster.N1,
                        new MemoryPartitionStore(TestKeys.PARTITIONS),
                        VersionRules.STANDARD,
                        true,
                        Losses.NONE,
                        incarnations,
                        () -> FROZEN_MILLIS,
                        new Silence()),
                new TinyCluster().ring,
                ShardSettings.DEFAULT,
                0);
    }

    private static List<ActorId> openAll(Shard shard) {
        List<ActorId> actors = new ArrayList<>();
        for (int partition = 0; partition < TestKeys.PARTITIONS.value(); partition++) {
            for (int n = 1; n <= TestKeys.N; n++) {
                actors.add(shard.replica(new ReplicaSetId(n, partition)).actor());
            }
        }
        return actors;
    }

    @Test
    void replicasOpenedAtOneInstantHaveActorsOfTheirOwnEvenInOnePartition() {
        List<ActorId> actors = openAll(start(Wiring.incarnations()));
        assertThat(actors).doesNotHaveDuplicates();
        assertThat(actors.stream().map(ActorId::incarnation))
                .as("the incarnation alone tells them apart")
                .doesNotHaveDuplicates();
    }

    @Test
    void aNodeThatStartsAgainAndAgainOnAnEmptyDiskAtOneInstantIsNeverItsFormerSelf() {
        List<LongSupplier> sources = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            sources.add(Wiring.incarnations());
        }
        Set<ActorId> seen = new HashSet<>();
        for (LongSupplier source : sources) {
            for (ActorId actor : openAll(start(source))) {
                assertThat(seen.add(actor)).as("%s is new", actor).isTrue();
            }
        }
        assertThat(seen).hasSize(STARTS * TestKeys.PARTITIONS.value() * TestKeys.N);
    }

    @Test
    void sourcesThatWereMadeWithinOneMillisecondDrawDifferentNumbers() {
        LongSupplier one = Wiring.incarnations();
        LongSupplier two = Wiring.incarnations();
        Set<Long> drawn = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            assertThat(drawn.add(one.getAsLong())).isTrue();
            assertThat(drawn.add(two.getAsLong())).isTrue();
        }
    }

    private static final class Silence implements Shard.Output {
        @Override
        public void send(NodeId to, PeerMessage.Data message) {
            throw new AssertionError("nothing is to be sent, but " + message);
        }

        @Override
        public void corruption(String what) {
            throw new AssertionError(what);
        }
    }
}
