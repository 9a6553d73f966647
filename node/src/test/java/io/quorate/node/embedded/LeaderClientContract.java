package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.quorate.client.AsyncLeaderView;
import io.quorate.client.LeaderView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Value;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.LevelNotReachedException;
import io.quorate.client.error.PreconditionFailedException;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.error.UnavailableException;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.led.Session;
import io.quorate.client.spi.StoreTransport;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.fixture.Counter;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every client of node n1 of a healthy cluster of three does with leader buckets, whatever its way to the node. */
abstract class LeaderClientContract extends Connected {
    LeaderClientContract(DemoCluster cluster, Supplier<StoreTransport> ways) {
        super(cluster, ways);
    }

    @Test
    void readsWhatWasWrittenAndTellsWhereItComesFrom() {
        LeaderWrite written = accounts.put(key, "100");
        LeaderRead read = accounts.get(key);

        assertThat(read.text()).contains("100");
        assertThat(read.value()).contains(Value.ofText("100"));
        assertThat(read.version()).contains(written.version());
        assertThat(read.written()).isPresent();
        for (LeaderInfo info : new LeaderInfo[] {written.info(), read.info()}) {
            assertThat(info.fromLeader()).isTrue();
            assertThat(info.leader()).isPresent();
            assertThat(info.term()).isPositive();
            assertThat(info.index()).isPositive();
            assertThat(info.lagMillis()).isZero();
            assertThat(info.epoch()).isPositive();
            assertThat(Session.of(info.session()).token()).isEqualTo(info.session());
        }
        assertThat(written.info().level()).isEqualTo("SEMI_SYNC");
        assertThat(read.info().level()).isEqualTo("LINEARIZABLE");
    }

    @Test
    void keepsBytesMediaTypesAndEmptyValues() {
        Bytes oddKey = Bytes.wrap(new byte[] {'.', '/', '%', ' ', (byte) 0xff, 2});
        Value odd = new Value(Bytes.wrap(new byte[] {0, 1, (byte) 0xff}), "image/x-odd;q=\"1\"");
        accounts.put(oddKey, odd);
        accounts.put(key, "");

        assertThat(accounts.get(oddKey).value()).contains(odd);
        assertThat(accounts.get(key).text()).contains("");
    }

    @Test
    void aWriteReplacesWhatIsThereAndADeleteRemovesIt() {
        LeaderVersion first = accounts.put(key, "1").version();
        LeaderVersion second = accounts.put(key, "2").version();

        assertThat(second).isNotEqualTo(first);
        assertThat(accounts.get(key).text()).contains("2");
        assertThat(accounts.delete(key).version()).isNotEqualTo(second);
        assertThat(accounts.get(key))
                .isEqualTo(LeaderRead.missing(accounts.get(key).info()));
        accounts.delete(key);
    }

    @Test
    void aFailedConditionTellsTheVersionThatTheKeyHas() {
        LeaderVersion first = accounts.putIfAbsent(key, "1").version();
        PreconditionFailedException there =
                catchThrowableOfType(PreconditionFailedException.class, () -> accounts.putIfAbsent(key, "again"));
        assertThat(there.current()).contains(first);
        assertThat(there.code()).isEqualTo("precondition-failed");
        assertThat(there.status()).isEqualTo(412);
        assertThat(there.outcome()).isEqualTo(Outcome.NOT_APPLIED);

        LeaderVersion second = accounts.compareAndSet(key, first, "2").version();
        assertThatThrownBy(() -> accounts.compareAndSet(key, first, "lost"))
                .isInstanceOfSatisfying(
                        PreconditionFailedException.class,
                        failed -> assertThat(failed.current()).contains(second));
        assertThatThrownBy(() -> accounts.compareAndDelete(key, first))
                .isInstanceOfSatisfying(
                        PreconditionFailedException.class,
                        failed -> assertThat(failed.current()).contains(second));
        assertThat(accounts.get(key).text()).contains("2");

        accounts.compareAndDelete(key, second);
        assertThat(accounts.get(key).value()).isEmpty();
        assertThatThrownBy(() -> accounts.compareAndSet(key, second, "3"))
                .isInstanceOfSatisfying(
                        PreconditionFailedException.class,
                        failed -> assertThat(failed.current()).isEmpty());
        accounts.putIfAbsent(key, "4");
    }

    @Test
    void aWriteGoesOnFromWhatAReadHasShown() {
        LeaderRead missing = accounts.get(key);
        LeaderVersion first = accounts.compareAndSet(key, missing, "1").version();
        assertThatThrownBy(() -> accounts.compareAndSet(key, missing, "x"))
                .isInstanceOf(PreconditionFailedException.class);

        LeaderRead shown = accounts.get(key);
        accounts.compareAndSet(key, shown, "2");
        assertThat(shown.version()).contains(first);
        assertThatThrownBy(() -> accounts.compareAndSet(key, shown, "x"))
                .isInstanceOf(PreconditionFailedException.class);
        assertThatThrownBy(() -> accounts.compareAndSet(key, LeaderVersion.of("\"of-another-make\""), "x"))
                .isInstanceOf(PreconditionFailedException.class);
        assertThat(accounts.get(key).text()).contains("2");
    }

    @Test
    void twoThatCountCountAll() throws Exception {
        Counter counter = new Counter(key, 100);
        counter.count(accounts, accountsOf(client));

        assertThat(counter.total(accounts)).isEqualTo(200);
    }

    @Test
    void noCountIsLostWhileTheLeadChangesHands() throws Exception {
        Counter counter = new Counter(key, 100);
        accounts.putIfAbsent(key, "0");
        try (var changes = leads.keepMoving(key)) {
            counter.count(accounts, accountsOf(client));
            assertThat(changes.moves()).isPositive();
        }

        assertThat(counter.total(accounts)).isEqualTo(200);
    }

    @Test
    void aRepeatUnderTheSameIdempotencyKeyIsToldWhatCameOfTheFirst() {
        LeaderVersion before = accounts.put(key, "0").version();
        LeaderView once = accounts.withIdempotencyKey("idem-" + key);
        LeaderVersion first = once.compareAndSet(key, before, "1").version();
        accounts.put(key, "2");

        assertThat(once.compareAndSet(key, before, "1").version()).isEqualTo(first);
        assertThat(accounts.get(key).text()).contains("2");
        assertThatThrownBy(() -> once.compareAndSet(key, before, "other"))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("idempotency-conflict");
    }

    @Test
    void levelsAreThoseAskedFor() {
        assertThat(accounts.withWrites(WriteLevel.SEMI_SYNC)
                        .put(key, "1")
                        .info()
                        .level())
                .isEqualTo("SEMI_SYNC");
        assertThat(accounts.withWrites(WriteLevel.SYNC).put(key, "1").info().level())
                .isEqualTo("SYNC");
        assertThat(accounts.withWrites(WriteLevel.ASYNC).put(key, "1").info().level())
                .as("a majority may have been as quick")
                .isIn("ASYNC", "SEMI_SYNC");
        for (ReadLevel level : ReadLevel.values()) {
            assertThat(accounts.withReads(level).get(key).info().level()).isEqualTo(level.name());
        }
        assertThatThrownBy(() -> accounts.withWrites(WriteLevel.ASYNC).putIfAbsent(key, "1"))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("bad-level");
    }

    @Test
    void theOtherModesLevelsAreRefused() {
        LeaderView led = client.bucket("carts").at(ReadLevel.LEASE, WriteLevel.SEMI_SYNC);
        for (Runnable wrong : new Runnable[] {
            () -> led.get(key),
            () -> led.put(key, "x"),
            () -> led.delete(key),
            () -> client.bucket("accounts").at(ConsistencyLevel.QUORUM).get(key),
            () -> client.bucket("accounts").at(ConsistencyLevel.ONE).put(key, "x")
        }) {
            RequestRefusedException error = catchThrowableOfType(RequestRefusedException.class, wrong::run);
            assertThat(error.code()).isEqualTo("level-not-in-mode");
            assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        }
        assertThatThrownBy(() -> client.bucket("carts").atLeaderDefaults().putIfAbsent(key, "x"))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("cas-needs-leader");
    }

    @Test
    void aViewThatNamesNoLevelFindsOutFromTheAnswerWhichModeItMet() {
        BrokenExchangeException error = catchThrowableOfType(
                BrokenExchangeException.class,
                () -> client.bucket("carts").atLeaderDefaults().get(key));
        assertThat(error.code()).isEqualTo("bad-answer");
        assertThat(catchThrowableOfType(
                                BrokenExchangeException.class,
                                () -> client.bucket("carts").atLeaderDefaults().put(key, "x"))
                        .outcome())
                .isEqualTo(Outcome.MAYBE_APPLIED);

        accounts.put(key, "1");
        ReadResult plain = client.bucket("accounts").atDefaults().get(key);
        assertThat(plain.siblings()).hasSize(1);
        assertThat(plain.info().mode()).isEqualTo("leader");
        assertThat(client.bucket("accounts")
                        .atDefaults()
                        .put(key, "2", plain.context())
                        .info()
                        .level())
                .contains("SEMI_SYNC");
        assertThat(accounts.get(key).text()).contains("2");
    }

    @Test
    void aFollowerAnswersAndSaysSo() {
        String key = leads.keyLedBy("n2");
        LeaderView anywhere = accounts.withReads(ReadLevel.FOLLOWER);
        accounts.put(key, "1");

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            LeaderInfo info = anywhere.get(key).info();
            assertThat(info.role()).isEqualTo("follower");
            assertThat(info.leader()).contains("n2");
            assertThat(info.lagMillis()).isBetween(0L, 10_000L);
        });
    }

    @Test
    void aReplicaThatIsTooFarBehindDoesNotAnswer() {
        String key = leads.keyLedBy("n2");
        accounts.put(key, "1");
        cluster.board().delay(NodeId.of("n1"), 400);
        try {
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                try (QuorateClient inside = cluster.node("n1").client()) {
                    LeaderInfo info = accountsOf(inside)
                            .withReads(ReadLevel.FOLLOWER)
                            .get(key)
                            .info();
                    return !info.fromLeader() && info.lagMillis() > 300;
                }
            });
            for (int i = 0; i < 5; i++) {
                LeaderInfo info =
                        accounts.withMaxLag(Duration.ofMillis(250)).get(key).info();
                assertThat(info.lagMillis()).isLessThanOrEqualTo(250);
            }
        } finally {
            heal();
        }
    }

    @Test
    void aWriteToAllThatOnlyAMajorityHasIsMadeBelowItsLevel() {
        String key = leads.keyLedBy("n1");
        accounts.put(key, "0");
        cluster.board().isolate(Set.of(NodeId.of("n3")));
        try {
            LevelNotReachedException error = catchThrowableOfType(
                    LevelNotReachedException.class,
                    () -> accounts.withWrites(WriteLevel.SYNC)
                            .withTimeout(Duration.ofMillis(700))
                            .put(key, "1"));

            assertThat(error.outcome()).isEqualTo(Outcome.APPLIED_BELOW_LEVEL);
            assertThat(error.code()).isEqualTo("level-not-reached");
            assertThat(error.problem().sessionText()).isNotEmpty();
            assertThat(accounts.get(key).text()).contains("1");
        } finally {
            heal();
        }
    }

    @Test
    void withoutAMajorityAWriteIsRefusedAsNotAppliedAndAnyReplicaCanStillBeRead() {
        accounts.put(key, "0");
        await("all members to have applied it")
                .atMost(Duration.ofSeconds(20))
                .until(() -> !client.explain("accounts", key).contains("\"absent\""));
        cluster.board().isolate(OTHERS);
        try {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> leads.leaderOf(key).isEmpty());
            LeaderView hasty = accounts.withTimeout(Duration.ofMillis(400));
            UnavailableException error = catchThrowableOfType(UnavailableException.class, () -> hasty.put(key, "1"));

            assertThat(error.code()).isEqualTo("no-leader");
            assertThat(error.status()).isEqualTo(503);
            assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThatThrownBy(() -> hasty.get(key)).isInstanceOf(QuorateException.class);
            assertThat(hasty.withReads(ReadLevel.FOLLOWER).get(key).text()).contains("0");
        } finally {
            heal();
        }
        assertThat(accounts.get(key).text()).contains("0");
    }

    @Test
    void explainsAKeyOfAGroup() {
        accounts.withWrites(WriteLevel.SYNC).put(key, "1");

        assertThat(client.explain("accounts", key)).contains("\"leader\":\"n", "\"term\":", "\"result\":\"value\"");
    }

    @Test
    void stagesDoTheSame() throws Exception {
        AsyncLeaderView async = accounts.async();

        LeaderWrite first =
                async.putIfAbsent(key, Value.ofText("1")).toCompletableFuture().get(20, TimeUnit.SECONDS);
        LeaderRead read = async.get(key).toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertThat(read.version()).contains(first.version());
        LeaderWrite second = async.compareAndSet(key, read, Value.ofText("2"))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        assertThatThrownBy(() -> async.compareAndDelete(key, first.version())
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(PreconditionFailedException.class);
        async.compareAndDelete(key, second.version()).toCompletableFuture().get(20, TimeUnit.SECONDS);
        async.put(key, Value.ofText("3"))
                .thenCompose(written -> async.delete(key))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        assertThat(accounts.get(key).value()).isEmpty();
    }
}
