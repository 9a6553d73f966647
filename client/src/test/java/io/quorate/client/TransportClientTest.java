package io.quorate.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.data.Context;
import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.led.Session;
import io.quorate.client.spi.CallOptions;
import io.quorate.client.spi.DeleteCall;
import io.quorate.client.spi.Expected;
import io.quorate.client.spi.ExplainCall;
import io.quorate.client.spi.GetCall;
import io.quorate.client.spi.LeaderReadCall;
import io.quorate.client.spi.LeaderWriteCall;
import io.quorate.client.spi.Need;
import io.quorate.client.spi.PutCall;
import io.quorate.client.spi.ReadReply;
import io.quorate.client.spi.StoreTransport;
import io.quorate.client.spi.WriteReply;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.Outcome;
import io.quorate.ring.wire.SessionToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransportClientTest {
    private static final Bytes KEY = Bytes.ofUtf8("k");

    private final Recorder transport = new Recorder();
    private final QuorateClient client = QuorateClients.over(transport, Duration.ofMillis(300));

    @Test
    void aViewIsTheSameObjectForOneLevelAndOptionsMakeNewOnes() {
        Bucket bucket = client.bucket("b");
        LeaderlessView one = bucket.at(ConsistencyLevel.ONE);

        assertThat(bucket.at(ConsistencyLevel.ONE)).isSameAs(one);
        one.withTimeout(Duration.ofSeconds(2)).homesOnly().get("k");
        one.get("k");

        Need level = new Need.Level(ConsistencyLevel.ONE);
        assertThat(transport.calls)
                .containsExactly(
                        new GetCall("b", KEY, new CallOptions(level, true, Duration.ofSeconds(2))),
                        new GetCall("b", KEY, new CallOptions(level, false, Duration.ofMillis(300))));
    }

    @Test
    void theContextOfAWriteIsWhatTheStoreReturnedForIt() {
        LeaderlessView view = client.bucket("b").atDefaults();
        Context read = view.get("k").context();

        assertThat(view.put("k", "v", read).context().token()).isEqualTo("after-put");
        assertThat(view.delete("k").context().token()).isEqualTo("after-delete");
        assertThat(((PutCall) transport.calls.get(1)).context()).contains(read);
        assertThat(((DeleteCall) transport.calls.get(2)).context()).isEmpty();
    }

    @Test
    void anInterruptedWriterIsToldThatTheWriteMayHaveHappened() {
        transport.hangs = true;
        Thread.currentThread().interrupt();

        BrokenExchangeException error = catchThrowableOfType(
                BrokenExchangeException.class,
                () -> client.bucket("b").atDefaults().put("k", "v"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(error.code()).isEqualTo("interrupted");
        assertThat(error.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
    }

    @Test
    void optionsOfALeaderViewMakeNewOnes() {
        LeaderView view = client.bucket("b").at(ReadLevel.LINEARIZABLE, WriteLevel.SEMI_SYNC);
        Duration second = Duration.ofSeconds(1);

        view.withMaxLag(second).withTimeout(second).get("k");
        view.withMaxLag(second).withReads(ReadLevel.LEASE).get("k");
        view.get("k");
        view.withWrites(WriteLevel.ASYNC).withIdempotencyKey("mine").delete("k");

        SessionToken none = SessionToken.EMPTY;
        Duration usual = Duration.ofMillis(300);
        assertThat(transport.calls)
                .containsExactly(
                        new LeaderReadCall(
                                "b", KEY, Optional.of(ReadLevel.FOLLOWER), Optional.of(second), none, second),
                        new LeaderReadCall("b", KEY, Optional.of(ReadLevel.LEASE), Optional.empty(), none, usual),
                        new LeaderReadCall(
                                "b", KEY, Optional.of(ReadLevel.LINEARIZABLE), Optional.empty(), none, usual),
                        new LeaderWriteCall(
                                "b",
                                KEY,
                                Optional.empty(),
                                new Expected.Anything(),
                                Optional.of(WriteLevel.ASYNC),
                                "mine",
                                usual));
        assertThatIllegalArgumentException().isThrownBy(() -> view.withMaxLag(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> view.withMaxLag(Duration.ofSeconds(61)));
    }

    @Test
    void aSessionIsShownAndLearnsFromEachAnswer() throws Exception {
        Session session = Session.start();
        LeaderView view = client.bucket("b").atLeaderDefaults().withSession(session);

        view.put("k", "v");
        SessionToken first = session.seen();
        view.get("k");
        view.async().get("k").toCompletableFuture().get(20, TimeUnit.SECONDS);

        assertThat(((LeaderReadCall) transport.calls.get(1)).seen()).isEqualTo(first);
        assertThat(session.seen()).isEqualTo(first.with(1, 1, 7).with(2, 1, 7));
    }

    @Test
    void timeoutsAreBetweenOneMillisecondAndAMinute() {
        LeaderlessView view = client.bucket("b").atDefaults();

        assertThatIllegalArgumentException().isThrownBy(() -> view.withTimeout(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> view.withTimeout(Duration.ofSeconds(61)));
    }

    @Test
    void closingTheClientClosesItsTransport() {
        client.close();

        assertThat(transport.closed).isTrue();
    }

    /** Notes calls and answers them at once, or never. */
    private static final class Recorder implements StoreTransport {
        private static final ResultInfo INFO =
                new ResultInfo("leaderless", Optional.empty(), -1, -1, -1, -1, -1, -1, -1);

        private final List<Object> calls = new ArrayList<>();
        private boolean hangs;
        private boolean closed;

        private <T> CompletionStage<T> answer(Object call, T reply) {
            calls.add(call);
            return hangs ? new CompletableFuture<>() : CompletableFuture.completedFuture(reply);
        }

        @Override
        public CompletionStage<ReadReply> get(GetCall call) {
            return answer(call, new ReadReply(List.of(), Context.of("b", KEY, "read"), INFO));
        }

        @Override
        public CompletionStage<WriteReply> put(PutCall call) {
            return answer(call, new WriteReply(Context.of("b", KEY, "after-put"), INFO));
        }

        @Override
        public CompletionStage<WriteReply> delete(DeleteCall call) {
            return answer(call, new WriteReply(Context.of("b", KEY, "after-delete"), INFO));
        }

        @Override
        public CompletionStage<LeaderRead> get(LeaderReadCall call) {
            return answer(call, LeaderRead.missing(led()));
        }

        @Override
        public CompletionStage<LeaderWrite> write(LeaderWriteCall call) {
            return answer(call, new LeaderWrite(LeaderVersion.of("\"1.2\""), led()));
        }

        /** Each answer has seen one entry more, in a partition of its own. */
        private LeaderInfo led() {
            String session = SessionToken.EMPTY.with(calls.size(), 1, 7).toText();
            return new LeaderInfo("SEMI_SYNC", "leader", Optional.of("n1"), 1, 7, 0, session, 1);
        }

        @Override
        public CompletionStage<String> explain(ExplainCall call) {
            return answer(call, "{}");
        }

        @Override
        public CompletionStage<String> ring(Duration timeout) {
            return answer("ring", "{}");
        }

        @Override
        public CompletionStage<BucketChange> createBucket(String name, BucketDefinition definition, Duration timeout) {
            return answer("create", new BucketChange(true, new BucketInfo(name, definition)));
        }

        @Override
        public CompletionStage<List<BucketInfo>> listBuckets(Duration timeout) {
            return answer("list", List.of());
        }

        @Override
        public CompletionStage<BucketInfo> getBucket(String name, Duration timeout) {
            return answer("get", new BucketInfo(name, BucketDefinition.leaderless()));
        }

        @Override
        public CompletionStage<Void> deleteBucket(String name, Duration timeout) {
            return answer(
                    "delete", CompletableFuture.<Void>completedFuture(null).join());
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
