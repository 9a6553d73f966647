package io.quorate.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.client.data.WriteResult;
import io.quorate.client.error.UnresolvedConflictException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TypedViewTest {
    private static final Bytes KEY = Bytes.ofUtf8("k");

    private final OneKeyStore store = new OneKeyStore();
    private final QuorateClient client = QuorateClients.over(store, Duration.ofSeconds(1));
    private final LeaderlessView raw = client.bucket("b").atDefaults();
    private final TypedView<Set<String>> sets = raw.as(Codec.lines(), Resolver.union());

    private static Function<Optional<Set<String>>, Set<String>> adding(String element) {
        return now -> {
            Set<String> set = new LinkedHashSet<>(now.orElse(Set.of()));
            set.add(element);
            return set;
        };
    }

    @Test
    void anUpdateReadsChangesAndWritesInThePlaceOfWhatItRead() {
        TypedView.Updated<Set<String>> first = sets.update("k", adding("milk"));
        TypedView.Updated<Set<String>> second = sets.update("k", adding("bread"));

        assertThat(first.value()).containsExactly("milk");
        assertThat(second.value()).containsExactlyInAnyOrder("milk", "bread");
        assertThat(second.rounds()).isEqualTo(1);
        assertThat(sets.get("k").siblings()).isEqualTo(1);
    }

    @Test
    void siblingsAreResolvedForReadersAndByTheNextUpdate() {
        raw.put("k", "milk");
        raw.put("k", "bread");

        assertThat(sets.get("k").value())
                .hasValueSatisfying(all -> assertThat(all).containsExactlyInAnyOrder("milk", "bread"));
        assertThat(sets.get("k").siblings()).isEqualTo(2);
        sets.update("k", adding("tea"));
        assertThat(raw.get("k").siblings()).hasSize(1);
    }

    @Test
    void anUpdateIsDoneAgainWhenAnotherWriterGotInBetween() {
        AtomicInteger applied = new AtomicInteger();
        TypedView.Updated<Set<String>> done = sets.update("k", now -> {
            if (applied.incrementAndGet() == 1) {
                raw.put("k", "by another");
            }
            return adding("mine").apply(now);
        });

        assertThat(done.rounds()).isEqualTo(2);
        assertThat(done.value()).containsExactlyInAnyOrder("mine", "by another");
        assertThat(raw.get("k").siblings()).hasSize(1);
    }

    @Test
    void tooManySiblingsAreResolvedInTheNextRound() {
        store.siblingsMax = 2;
        raw.put("k", "a");
        AtomicInteger applied = new AtomicInteger();

        TypedView.Updated<Set<String>> done = sets.update("k", now -> {
            if (applied.incrementAndGet() == 1) {
                raw.put("k", "b");
                store.refuseNext = true;
            }
            return adding("mine").apply(now);
        });

        assertThat(done.rounds()).isEqualTo(2);
        assertThat(done.value()).containsExactlyInAnyOrder("a", "b", "mine");
    }

    @Test
    void roundsAreBoundedAndTheErrorSaysThatSomethingWasWritten() {
        UnresolvedConflictException error = catchThrowableOfType(
                UnresolvedConflictException.class,
                () -> sets.withRoundsMax(3).update("k", now -> {
                    raw.put("k", "again");
                    return adding("mine").apply(now);
                }));

        assertThat(error.code()).isEqualTo("unresolved-conflict");
        assertThat(error.outcome()).isEqualTo(Outcome.MAYBE_APPLIED);
        assertThat(error.problem().context()).isPresent();
    }

    @Test
    void aViewWithoutAResolverFailsOnSiblings() {
        TypedView<String> texts = raw.as(Codec.utf8());
        raw.put("k", "a");
        assertThat(texts.get("k").value()).contains("a");
        raw.put("k", "b");

        UnresolvedConflictException error =
                catchThrowableOfType(UnresolvedConflictException.class, () -> texts.update("k", now -> "c"));

        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(raw.get("k").siblings()).hasSize(2);
    }

    @Test
    void theLastWrittenWins() {
        raw.put("k", "early");
        raw.put("k", "late");

        TypedView<String> texts = raw.as(Codec.utf8(), Resolver.lastWritten());

        assertThat(texts.get("k").value()).contains("late");
        WriteResult written = texts.put("k", "next", texts.get("k").context());
        assertThat(written.info().siblings()).isEqualTo(1);
    }

    @Test
    void updatesAlsoComeAsStages() throws Exception {
        AtomicInteger applied = new AtomicInteger();
        TypedView.Updated<Set<String>> done = sets.updateAsync(KEY, now -> {
                    if (applied.incrementAndGet() == 1) {
                        raw.put("k", "by another");
                    }
                    return adding("mine").apply(now);
                })
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);

        assertThat(done.rounds()).isEqualTo(2);
        assertThat(sets.getAsync(KEY)
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS)
                        .value())
                .contains(done.value());
        assertThatThrownBy(() -> raw.as(Codec.utf8())
                        .withRoundsMax(1)
                        .updateAsync(KEY, now -> {
                            throw new IllegalStateException("by the caller");
                        })
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("by the caller");
    }

    @Test
    void jsonGoesThroughTheCallersLibrary() {
        TypedView<Integer> numbers = raw.as(Codec.json(String::valueOf, Integer::valueOf));

        numbers.update("k", now -> now.orElse(0) + 41);

        assertThat(numbers.get("k").value()).contains(41);
        assertThat(raw.get("k").siblings().get(0).contentType()).isEqualTo("application/json");
    }
}
