package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Replicas;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.data.Sibling;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.ReplicaAnswer;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.error.UnavailableException;
import io.quorate.client.spi.CallOptions;
import io.quorate.client.spi.Need;
import io.quorate.client.spi.PutCall;
import io.quorate.client.spi.StoreTransport;
import io.quorate.client.spi.WriteReply;
import io.quorate.node.demo.DemoCluster;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every client of node n1 of a healthy cluster of three does, whatever its way to the node. */
abstract class ClientContract extends Connected {
    ClientContract(DemoCluster cluster, Supplier<StoreTransport> ways) {
        super(cluster, ways);
    }

    @Test
    void readsWhatWasWritten() {
        WriteResult written = carts.put(key, "milk");

        assertThat(carts.get(key)).isInstanceOfSatisfying(ReadResult.Found.class, found -> {
            assertThat(found.value().toUtf8()).isEqualTo("milk");
            assertThat(found.contentType()).isEqualTo(Value.TEXT);
            assertThat(found.dot()).matches("n[123]-.+");
            // It may know of more in the partition than the write's, and it replaces just what was read.
            carts.put(key, "replaced", found.context());
        });
        assertThat(written.context().token()).isNotEmpty();
        assertThat(carts.get(key).siblings()).hasSize(1);
    }

    @Test
    void keepsMediaTypesAndBytes() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        Bytes oddKey = Bytes.wrap(new byte[] {'.', '/', '%', ' ', (byte) 0xff, 1});
        WriteResult before = carts.put(oddKey, new Value(Bytes.wrap(all), " image/x-odd;q=\"1\" "));
        carts.put(oddKey, new Value(Bytes.wrap(all), "image/x-odd;q=\"1\""), before.context());

        ReadResult.Found found = (ReadResult.Found) carts.get(oddKey);
        assertThat(found.value()).isEqualTo(Bytes.wrap(all));
        assertThat(found.contentType()).isEqualTo("image/x-odd;q=\"1\"");
        carts.delete(oddKey, found.context());
    }

    @Test
    void takesEmptyValues() {
        carts.put(key, "");

        assertThat(((ReadResult.Found) carts.get(key)).value()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void missingKeyHasContextThatCanBeWrittenWith() {
        ReadResult missing = carts.get(key);

        assertThat(missing).isInstanceOf(ReadResult.Missing.class);
        carts.put(key, "first", missing.context());
        assertThat(texts(carts.get(key))).containsExactly("first");
    }

    @Test
    void blindWritesStayBesideEachOtherUntilOneResolvesThem() {
        carts.put(key, "milk");
        carts.put(key, "bread");

        ReadResult both = carts.get(key);
        assertThat(both).isInstanceOf(ReadResult.Siblings.class);
        assertThat(texts(both)).containsExactlyInAnyOrder("milk", "bread");
        assertThat(both.info().siblings()).isEqualTo(2);
        assertThat(both.siblings().stream().map(Sibling::dot)).doesNotHaveDuplicates();

        carts.put(key, "milk, bread", both.context());
        assertThat(texts(carts.get(key))).containsExactly("milk, bread");
    }

    @Test
    void contextCoversOnlyWhatItsHolderWasShown() {
        Context first = carts.put(key, "1").context();
        Context mine = carts.put(key, "2a", first).context();
        Context yours = carts.put(key, "2b", first).context();

        assertThat(texts(carts.get(key))).containsExactlyInAnyOrder("2a", "2b");
        carts.put(key, "3a", mine);
        assertThat(texts(carts.get(key))).containsExactlyInAnyOrder("3a", "2b");
        carts.put(key, "3b", yours);
        assertThat(texts(carts.get(key))).containsExactlyInAnyOrder("3a", "3b");
    }

    @Test
    void contextsCrossBetweenHttpAndInProcessCalls() {
        Context context = carts.put(key, "1").context();
        try (QuorateClient inProcess = cluster.node("n2").client()) {
            LeaderlessView other = inProcess.bucket("carts").at(ConsistencyLevel.QUORUM);
            Context next = other.put(key, "2", context).context();
            carts.put(key, "3", Context.of("carts", Bytes.ofUtf8(key), next.token()));
            assertThat(texts(other.get(key))).containsExactly("3");
        }
    }

    @Test
    void deletesWhatTheContextCovers() {
        Context first = carts.put(key, "1").context();
        carts.put(key, "2");

        carts.delete(key, first);
        assertThat(texts(carts.get(key))).containsExactly("2");
    }

    @Test
    void deletesWithoutContextWhatAReadSees() {
        carts.put(key, "1");
        carts.put(key, "2");

        WriteResult deleted = carts.delete(key);
        assertThat(carts.get(key)).isInstanceOf(ReadResult.Missing.class);
        carts.put(key, "3", deleted.context());
        assertThat(texts(carts.get(key))).containsExactly("3");
    }

    @Test
    void refusesContextsThatItDidNotGive() {
        Context damaged = Context.of("carts", Bytes.ofUtf8(key), "bm90aGluZw");
        RequestRefusedException error =
                catchThrowableOfType(RequestRefusedException.class, () -> carts.put(key, "x", damaged));

        assertThat(error.code()).isEqualTo("bad-context");
        assertThat(error.status()).isEqualTo(400);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);

        Context foreign = carts.put("other-" + key, "x").context();
        Context moved = Context.of("carts", Bytes.ofUtf8(key), foreign.token());
        assertThatThrownBy(() -> carts.delete(key, moved)).hasMessageContaining("belongs to another key");
    }

    @Test
    void retryUnderTheSameIdempotencyKeyMakesNoSecondVersion() throws Exception {
        WriteReply first = sendPut("once", "idem-" + key);
        WriteReply second = sendPut("once", "idem-" + key);

        assertThat(second.context()).isEqualTo(first.context());
        assertThat(texts(carts.get(key))).containsExactly("once");

        carts.put(key, "later", first.context());
        sendPut("once", "idem-" + key);
        assertThat(texts(carts.get(key))).containsExactly("later");
    }

    @Test
    void sameIdempotencyKeyWithAnotherBodyIsAConflict() throws Exception {
        sendPut("one", "idem-" + key);

        assertThatThrownBy(() -> sendPut("two", "idem-" + key))
                .hasCauseInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("idempotency-conflict");
    }

    private WriteReply sendPut(String text, String idempotencyKey) throws Exception {
        CallOptions options = new CallOptions(new Need.Level(ConsistencyLevel.QUORUM), false, Duration.ofSeconds(10));
        PutCall call =
                new PutCall("carts", Bytes.ofUtf8(key), Value.ofText(text), Optional.empty(), idempotencyKey, options);
        return transport.put(call).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void statesTheGuaranteeReached() {
        ResultInfo all = client.bucket("carts")
                .at(ConsistencyLevel.ALL)
                .withTimeout(Duration.ofSeconds(10))
                .put(key, "x")
                .info();
        assertThat(all).isEqualTo(new ResultInfo("leaderless", Optional.of("ALL"), 3, 3, 3, 0, 0, 1, all.epoch()));
        assertThat(all.epoch()).isPositive();

        ResultInfo two = client.bucket("carts")
                .at(Replicas.exactly(2, 3))
                .withTimeout(Duration.ofSeconds(10))
                .homesOnly()
                .get(key)
                .info();
        assertThat(two.level()).contains("EXACT");
        assertThat(two.need()).isEqualTo(2);
        assertThat(client.bucket("carts").atDefaults().get(key).info().level()).contains("QUORUM");
    }

    @Test
    void refusesValuesAndMediaTypesThatAreTooLong() {
        byte[] big = new byte[(1 << 20) + 1];
        QuorateException tooLarge =
                catchThrowableOfType(QuorateException.class, () -> carts.put(Bytes.ofUtf8(key), Bytes.wrap(big)));
        assertThat(tooLarge.code()).isEqualTo("value-too-large");
        assertThat(tooLarge).isInstanceOf(RequestRefusedException.class);

        char[] type = new char[257];
        Arrays.fill(type, 'a');
        Value odd = new Value(Bytes.EMPTY, new String(type));
        assertThatThrownBy(() -> carts.put(Bytes.ofUtf8(key), odd))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("Content-Type has 257 characters, the limit is 256");
    }

    @Test
    void writeThatCannotReachItsLevelIsRefusedAtOnceAndNotApplied() {
        cluster.board().isolate(OTHERS);
        try {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> cluster.node("n1").peersUp().isEmpty());
            long from = System.nanoTime();
            UnavailableException error = catchThrowableOfType(UnavailableException.class, () -> carts.put(key, "x"));

            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(5));
            assertThat(error.code()).isEqualTo("unavailable");
            assertThat(error.status()).isEqualTo(503);
            assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThat(error.problem().need()).isEqualTo(2);
            assertThatThrownBy(() -> carts.get(key)).isInstanceOf(UnavailableException.class);
            assertThat(client.bucket("carts").at(ConsistencyLevel.ONE).get(key)).isInstanceOf(ReadResult.Missing.class);
        } finally {
            heal();
        }
    }

    @Test
    void writeThatMissesItsDeadlineMayHaveHappened() {
        String key = keyAtHome();
        OTHERS.forEach(node -> cluster.board().delay(node, 400));
        try {
            LeaderlessView hasty =
                    client.bucket("carts").at(ConsistencyLevel.ALL).withTimeout(Duration.ofMillis(150));
            LevelNotReachedException error =
                    catchThrowableOfType(LevelNotReachedException.class, () -> hasty.put(key, "x"));

            assertThat(error.code()).isEqualTo("timeout");
            assertThat(error.status()).isEqualTo(504);
            assertThat(error.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
            assertThat(error.problem().need()).isEqualTo(3);
            assertThat(error.problem().acked()).isEqualTo(1);
            assertThat(error.problem().replicas())
                    .contains(new ReplicaAnswer("n1", "acked"), new ReplicaAnswer("n2", "timeout"));

            LevelNotReachedException read = catchThrowableOfType(LevelNotReachedException.class, () -> hasty.get(key));
            assertThat(read.code()).isEqualTo("timeout");
            assertThat(read.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        } finally {
            heal();
        }
        assertThat(texts(carts.get(key))).containsExactly("x");
    }

    /** A key whose writes node n1 coordinates. */
    private String keyAtHome() {
        int number = 0;
        while (!client.explain("carts", key + number).contains("\"homes\":[\"n1\"")) {
            number++;
        }
        return key + number;
    }

    @Test
    void explainsAKey() {
        client.bucket("carts")
                .at(ConsistencyLevel.ALL)
                .withTimeout(Duration.ofSeconds(10))
                .put(key, "x");

        assertThat(client.explain("carts", key))
                .contains("\"homes\":[", "\"fallbacks\":[]", "\"result\":\"value\"", "\"siblings\":1", "\"repair\":[]");
    }

    @Test
    void callersMayBlockInWhatFollows() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Thread tester = Thread.currentThread();
        AtomicInteger held = new AtomicInteger();
        CompletableFuture<?>[] blocked = new CompletableFuture<?>[30];
        for (int i = 0; i < blocked.length; i++) {
            blocked[i] = carts.async()
                    .get(Bytes.ofUtf8(key + i))
                    .thenAccept(read -> {
                        carts.put(key, "nested", carts.get(key).context());
                        if (Thread.currentThread().equals(tester)) {
                            // The answer was there before this was: nobody but the test would be held up.
                            return;
                        }
                        held.incrementAndGet();
                        assertThat(Uninterruptibles.awaitUninterruptibly(release, 60, TimeUnit.SECONDS))
                                .isTrue();
                    })
                    .toCompletableFuture();
        }
        LeaderlessView patient = carts.withTimeout(Duration.ofSeconds(10));
        assertThat(patient.get(key)).isNotNull();
        assertThat(patient.put("free-" + key, "x")).isNotNull();
        release.countDown();
        CompletableFuture.allOf(blocked).get(60, TimeUnit.SECONDS);
        assertThat(held).hasPositiveValue();
    }

    @Test
    void closedClientFailsAsNotApplied() {
        client.close();

        UnavailableException error = catchThrowableOfType(UnavailableException.class, () -> carts.put(key, "x"));
        assertThat(error.code()).isEqualTo("client-closed");
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThatThrownBy(() -> client.ring()).isInstanceOf(UnavailableException.class);
        assertThat(cluster.node("n1").peersUp()).isNotEmpty();
    }
}
