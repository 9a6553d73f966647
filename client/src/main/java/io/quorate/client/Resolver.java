package io.quorate.client;

import io.quorate.client.data.Sibling;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;

/**
 * Makes one value of siblings: versions that were written without knowing of each other. The best resolvers lose nothing
 * and give the same for any order of the siblings, so that all readers agree.
 */
@FunctionalInterface
public interface Resolver<T> {
    /**
     * The value that stands for all of them.
     *
     * @param siblings at least two
     */
    T resolve(List<Version<T>> siblings);

    /** One sibling: its value, and what the store says of it. */
    record Version<T>(T value, Sibling stored) {}

    /** The value written last, by the clocks of the nodes that took it; the others are dropped. */
    static <T> Resolver<T> lastWritten() {
        Comparator<Version<T>> byTime =
                Comparator.comparing((Version<T> version) -> version.stored().written());
        Comparator<Version<T>> order =
                byTime.thenComparing(version -> version.stored().dot());
        return siblings -> siblings.stream().max(order).orElseThrow().value();
    }

    /** All elements of all sets. An element that one writer removed while another changed the set comes back. */
    static <E> Resolver<Set<E>> union() {
        return merging((one, other) -> {
            Set<E> all = new LinkedHashSet<>(one);
            all.addAll(other);
            return all;
        });
    }

    /** By a function that merges two values: associative, commutative, and giving {@code a} for {@code a, a}. */
    static <T> Resolver<T> merging(BinaryOperator<T> merge) {
        return siblings -> siblings.stream().map(Version::value).reduce(merge).orElseThrow();
    }

    /** Refuses: the call fails with {@link io.quorate.client.error.UnresolvedConflictException}. */
    @SuppressWarnings("unchecked") // It gives no value of any type.
    static <T> Resolver<T> failOnConflict() {
        return (Resolver<T>) Typed.FAIL_ON_CONFLICT;
    }
}
