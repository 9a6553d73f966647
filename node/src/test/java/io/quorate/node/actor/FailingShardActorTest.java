package io.quorate.node.actor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.quorate.node.fixture.ManualStore;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.pace.Transits;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.shard.Figures;
import io.quorate.node.protocol.shard.Health;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.shard.ShardSettings;
import io.quorate.node.protocol.shard.Surroundings;
import io.quorate.node.serial.Stamps;
import io.quorate.node.transport.Frame;
import io.quorate.node.transport.Received;
import io.quorate.node.transport.Transport;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever ends a shard's actor, its node hears of it and nobody waits for ever. */
final class FailingShardActorTest {
    private static final NodeId N1 = NodeId.of("n1");

    private final ShardInlet inlet = new ShardInlet();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final BlockingQueue<KeyReply> replies = new LinkedBlockingQueue<>();
    private @Nullable ActorSystem<Received> system;

    /** Fails on every frame, as a fault of the program would. */
    private static final class BrokenTransport implements Transport {
        @Override
        public void send(NodeId to, Lane lane, byte[] frame) {}

        @Override
        public boolean knows(NodeId node) {
            throw new IllegalStateException("a fault, made on purpose");
        }

        @Override
        public long admit(NodeId from) {
            return 0;
        }
    }

    private ActorSystem<Received> start(Function<Shard.Output, Shard> shards) {
        AtomicLong ids = new AtomicLong();
        ActorSystem<Received> started = ActorSystem.create(
                ShardActor.create(
                        shards,
                        new ShardActor.Surroundings(
                                N1,
                                new BrokenTransport(),
                                inlet,
                                System::nanoTime,
                                ids::incrementAndGet,
                                new Stamps(1, System::nanoTime, new Transits(Transits.DRIFT_PPM)),
                                new AtomicLong(),
                                new AtomicLong(),
                                new AtomicReference<>(Health.GOOD),
                                new AtomicReference<>(Figures.NONE),
                                new Quiet(),
                                event -> {},
                                ended::countDown)),
                "failing",
                ConfigFactory.parseString("pekko.loglevel = OFF, pekko.stdout-loglevel = OFF")
                        .withFallback(ConfigFactory.load()));
        system = started;
        return started;
    }

    static final class Quiet implements PeerQuarantine.Listener {
        @Override
        public void undecodable(NodeId from, String reason) {}

        @Override
        public void shut(NodeId peer, long nanos) {}

        @Override
        public void corruptRecord() {}

        @Override
        public void stranger(NodeId node) {}
    }

    private void submitPut(int need) {
        KeyRequest.Put put = new KeyRequest.Put(
                TinyCluster.address(TestKeys.key("alice")),
                need,
                CausalContext.EMPTY,
                Bytes.ofUtf8("v"),
                "text/plain",
                new KeyRequest.RequestId(Bytes.ofUtf8("r"), false));
        inlet.add(new ShardMessage.Submit(
                put, System.nanoTime(), Duration.ofSeconds(60).toNanos(), waited -> true, replies::add));
    }

    private KeyReply.Refused refused() throws InterruptedException {
        KeyReply reply = replies.poll(10, TimeUnit.SECONDS);
        assertThat(reply).isInstanceOf(KeyReply.Refused.class);
        return (KeyReply.Refused) reply;
    }

    @AfterEach
    void end() {
        ActorSystem<Received> started = system;
        if (started != null) {
            started.terminate();
        }
    }

    @Test
    void whatIsInFlightIsAnsweredAndWhatComesLaterIsRefusedAtOnce() throws InterruptedException {
        ManualStore disk = new ManualStore().slow();
        ActorSystem<Received> actor = start(output -> new Shard(
                new Surroundings(N1, disk, VersionRules.STANDARD, true, Losses.NONE, System::nanoTime, () -> 0, output),
                new TinyCluster().ring,
                ShardSettings.DEFAULT,
                System.nanoTime()));
        disk.listen(inlet::add);
        submitPut(1);
        org.awaitility.Awaitility.await().until(() -> disk.waiting() > 0);
        actor.tell(new Frame(N1, Bytes.EMPTY));
        KeyReply.Refused inFlight = refused();
        assertThat(inFlight.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        submitPut(1);
        KeyReply.Refused later = refused();
        assertThat(later.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(later.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    }

    @Test
    void aShardThatCannotBeMadeIsNoSilentOne() throws InterruptedException {
        submitPut(1);
        start(output -> {
            throw new IllegalStateException("made on purpose");
        });
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(refused().code()).isEqualTo(ErrorCode.UNAVAILABLE);
        submitPut(1);
        assertThat(refused().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }
}
