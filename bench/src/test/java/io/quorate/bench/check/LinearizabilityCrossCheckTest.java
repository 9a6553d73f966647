package io.quorate.bench.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The search is held against one that tries everything. */
class LinearizabilityCrossCheckTest {
    private static final int SEEDS = 6000;
    private int good;
    private int bad;

    /** The excerpt of a history that is bad; empty if it is good. */
    private List<Operation> compare(String what, List<Operation> history) {
        boolean linearizable = BruteForce.isLinearizable(history);
        Verdict verdict = LinearizabilityCheck.check(history);
        assertThat(verdict instanceof Verdict.Ok)
                .as("%s: %s\n%s", what, history, verdict)
                .isEqualTo(linearizable);
        if (linearizable) {
            good++;
            return List.of();
        }
        bad++;
        assertThat(verdict).as(what).isInstanceOf(Verdict.Broken.class);
        List<Operation> excerpt = ((Verdict.Broken) verdict).excerpt();
        assertThat(BruteForce.isLinearizable(excerpt))
                .as("%s: %s", what, excerpt)
                .isFalse();
        return excerpt;
    }

    /** Writes that share their tag with no other one. */
    private static List<Operation> givenOnce(List<Operation> history) {
        return history.stream()
                .filter(write -> write.gives() != null
                        && history.stream()
                                        .filter(other -> write.gives().equals(other.gives()))
                                        .count()
                                == 1)
                .toList();
    }

    /** Whether an operation was answered with what a write is known to have left. */
    private static boolean tellsOf(Operation operation, Operation write) {
        boolean sameValue = operation.kind() != Operation.Kind.READ || Objects.equals(operation.value(), write.value());
        return operation.isObservation()
                && write.value() != null
                && write.gives() != null
                && write.gives().equals(operation.asks())
                && sameValue
                && write.invoked() <= operation.returned();
    }

    private static HonestRegister.Settings small(SplittableRandom random) {
        return new HonestRegister.Settings(
                1 + random.nextInt(6),
                1 + random.nextInt(4),
                random.nextInt(60),
                20 + random.nextInt(50),
                random.nextInt(50),
                random.nextBoolean(),
                random.nextInt(3));
    }

    @Test
    void whatARealRegisterAnswersIsGood() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            List<Operation> history = HonestRegister.history(small(new SplittableRandom(seed)), seed);
            assertThat(LinearizabilityCheck.check(history))
                    .as("seed %d: %s", seed, history)
                    .isInstanceOf(Verdict.Ok.class);
            assertThat(SessionCheck.check(history))
                    .as("seed %d: %s", seed, history)
                    .isEmpty();
            assertThat(SessionCheck.check(history, operation -> 0))
                    .as("seed %d: %s", seed, history)
                    .isEmpty();
        }
    }

    @Test
    void whatIsNotToldOfARealRegisterMakesNoFault() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            HonestRegister.Settings settings = new HonestRegister.Settings(
                    4 + random.nextInt(12),
                    1 + random.nextInt(8),
                    random.nextInt(60),
                    20 + random.nextInt(50),
                    random.nextInt(70),
                    random.nextBoolean(),
                    random.nextInt(4));
            List<Operation> history = new ArrayList<>();
            for (Operation operation : HonestRegister.history(settings, seed)) {
                if (operation.kind() == Operation.Kind.READ || random.nextInt(3) > 0) {
                    history.add(operation);
                } else {
                    history.add(operation.unanswered());
                }
            }
            assertThat(LinearizabilityCheck.check(history))
                    .as("seed %d: %s", seed, history)
                    .isInstanceOf(Verdict.Ok.class);
        }
    }

    @Test
    void alteredAnswersOfARealRegisterAreJudgedAsByTryingEverything() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Operation> history = new ArrayList<>(HonestRegister.history(small(random), seed));
            int changes = 1 + random.nextInt(2);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(history.size());
                history.set(at, altered(history.get(at), history.get(random.nextInt(history.size())), random));
            }
            List<Operation> excerpt = compare("seed " + seed, history);
            for (Operation write : givenOnce(history)) {
                assertThat(excerpt.contains(write) || excerpt.stream().noneMatch(other -> tellsOf(other, write)))
                        .as("seed %d: %s without %s", seed, excerpt, write)
                        .isTrue();
            }
        }
        assertThat(good).as("histories that are good by chance").isGreaterThan(SEEDS / 10);
        assertThat(bad).isGreaterThan(SEEDS / 10);
    }

    /** Another answer than the register gave: one that somebody else was given, none at all, or at another time. */
    private static Operation altered(Operation operation, Operation other, SplittableRandom random) {
        long returned = operation.isUnknown() ? operation.invoked() + random.nextInt(20) : operation.returned();
        boolean hasTag = other.tag() != null && other.value() != null;
        if (random.nextInt(3) == 0) {
            return operation.kind() == Operation.Kind.READ
                    ? Operation.read(operation.process(), operation.invoked())
                    : operation.unanswered();
        }
        if (operation.kind() == Operation.Kind.READ) {
            return operation.shown(hasTag ? other.value() : null, hasTag ? other.tag() : null, returned);
        }
        if (!operation.isUnconditional() && random.nextBoolean()) {
            return operation.refused(other.tag(), returned);
        }
        return operation.done(hasTag ? other.tag() : new Tag(1, 1 + random.nextInt(6)), returned);
    }

    @Test
    void historiesOfNoRegisterAtAllAreJudgedAsByTryingEverything() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Operation> history = new ArrayList<>();
            int operations = 1 + random.nextInt(6);
            for (int i = 0; i < operations; i++) {
                history.add(anything(i, random));
            }
            List<Operation> excerpt = compare("seed " + seed, history);
            assertThat(history).containsAll(excerpt);
        }
        assertThat(good).isGreaterThan(SEEDS / 10);
        assertThat(bad).isGreaterThan(SEEDS / 10);
    }

    private static Operation anything(int process, SplittableRandom random) {
        long invoked = random.nextInt(12);
        long returned = invoked + random.nextInt(12);
        long value = random.nextInt(2);
        Tag tag = new Tag(1, random.nextInt(4));
        Tag maybe = random.nextInt(3) == 0 ? null : tag;
        Operation begun = switch (random.nextInt(7)) {
            case 0, 1 -> Operation.read(process, invoked);
            case 2, 3 -> Operation.write(process, value, invoked);
            case 4 -> Operation.delete(process, invoked);
            case 5 -> Operation.create(process, value, invoked);
            default ->
                Operation.compareAndSet(
                        process,
                        new Tag(1, random.nextInt(3)),
                        random.nextInt(5) == 0 ? null : Long.valueOf(value),
                        invoked);
        };
        if (random.nextInt(3) == 0) {
            return begun;
        }
        if (begun.kind() == Operation.Kind.READ) {
            return begun.shown(maybe == null ? null : Long.valueOf(value), maybe, returned);
        }
        return !begun.isUnconditional() && random.nextBoolean()
                ? begun.refused(maybe, returned)
                : begun.done(begun.value() == null ? maybe : tag, returned);
    }
}
