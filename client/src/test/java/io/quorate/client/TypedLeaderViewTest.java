package io.quorate.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.client.error.PreconditionFailedException;
import io.quorate.client.error.UnresolvedConflictException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypedLeaderViewTest {
    private static final Bytes KEY = Bytes.ofUtf8("k");
    private static final Codec<Long> NUMBERS = Codec.of(
            "text/plain", number -> Bytes.ofUtf8(Long.toString(number)), data -> Long.parseLong(data.toUtf8()));

    private final OneKeyStore store = new OneKeyStore();
    private final QuorateClient client = QuorateClients.over(store, Duration.ofSeconds(1));
    private final LeaderView raw = client.bucket("b").atLeaderDefaults();
    private final TypedLeaderView<Long> numbers = raw.as(NUMBERS);

    /** Has others count in between before so many writes. */
    private AtomicInteger othersCount(int times) {
        AtomicInteger left = new AtomicInteger(times);
        store.beforeLedWrite = () -> {
            if (left.getAndDecrement() > 0) {
                Runnable mine = store.beforeLedWrite;
                store.beforeLedWrite = () -> {};
                raw.put("k", Long.toString(numbers.get("k").value().orElse(0L) + 1));
                store.beforeLedWrite = mine;
            }
        };
        return left;
    }

    private static long oneMore(Optional<Long> now) {
        return now.orElse(0L) + 1;
    }

    @Test
    void valuesComeBackAsTheyWereWritten() {
        assertThat(numbers.get("k").value()).isEmpty();
        numbers.put("k", 7L);
        TypedLeaderView.Shown<Long> shown = numbers.get("k");

        assertThat(shown.value()).contains(7L);
        assertThat(shown.version()).isEqualTo(raw.get("k").version());
        assertThat(numbers.compareAndSet("k", shown, 8L).version())
                .isEqualTo(numbers.get("k").version().orElseThrow());
        assertThatThrownBy(() -> numbers.compareAndSet("k", shown, 9L)).isInstanceOf(PreconditionFailedException.class);
    }

    @Test
    void updatesThatOthersComeBetweenLoseNoStep() throws Exception {
        othersCount(3);

        TypedLeaderView.Updated<Long> done = numbers.update("k", TypedLeaderViewTest::oneMore);

        assertThat(done.rounds()).isEqualTo(4);
        assertThat(done.value()).isEqualTo(4);
        assertThat(numbers.get("k").version()).contains(done.written().version());
        othersCount(2);
        TypedLeaderView.Updated<Long> later = numbers.updateAsync(KEY, TypedLeaderViewTest::oneMore)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        assertThat(later.rounds()).isEqualTo(3);
        assertThat(numbers.getAsync(KEY)
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS)
                        .value())
                .contains(7L);
    }

    @Test
    void updateThatAlwaysComesTooLateGivesUpAndHasWrittenNothing() {
        AtomicInteger left = othersCount(Integer.MAX_VALUE);

        UnresolvedConflictException failed = catchThrowableOfType(
                UnresolvedConflictException.class,
                () -> numbers.withRoundsMax(3).update("k", now -> 1_000L));

        assertThat(failed.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(failed).hasMessageContaining("3 rounds");
        assertThat(Integer.MAX_VALUE - left.get()).isEqualTo(3);
        assertThat(numbers.get("k").value()).contains(3L);
        assertThatThrownBy(() -> numbers.withRoundsMax(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatElseGoesWrongEndsTheUpdate() {
        assertThatThrownBy(() -> numbers.update("k", now -> null)).isInstanceOf(IllegalArgumentException.class);
        store.beforeLedWrite = () -> {
            throw new IllegalStateException("a fault, made on purpose");
        };
        assertThatThrownBy(() -> numbers.update("k", TypedLeaderViewTest::oneMore))
                .hasStackTraceContaining("a fault, made on purpose");
        assertThatThrownBy(() -> numbers.updateAsync(KEY, TypedLeaderViewTest::oneMore)
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
        assertThat(numbers.get("k").value()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"FOLLOWER, LINEARIZABLE", "LINEARIZABLE, LINEARIZABLE", "LEASE, LEASE"})
    void updatesReadWhatIsNewest(ReadLevel ofTheView, String asked) {
        client.bucket("b").at(ofTheView, WriteLevel.SEMI_SYNC).as(NUMBERS).update("k", TypedLeaderViewTest::oneMore);

        assertThat(store.readLevels).containsExactly(asked);
    }

    @Test
    void aKeyOfAnEarlierRoundIsNotUsedAgain() {
        TypedLeaderView<Long> keyed = raw.withIdempotencyKey("once").as(NUMBERS);
        keyed.update("k", TypedLeaderViewTest::oneMore);
        othersCount(1);

        assertThat(keyed.update("k", TypedLeaderViewTest::oneMore).value()).isEqualTo(3);
        assertThat(store.ledKeys).doesNotHaveDuplicates().doesNotContain("once").hasSize(4);
    }
}
