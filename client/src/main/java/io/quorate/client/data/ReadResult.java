package io.quorate.client.data;

import io.quorate.ring.bytes.Bytes;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/** What a read found: one value, several that were written without knowing of each other, or none. */
public sealed interface ReadResult {

    /** Everything the store showed; pass it to the write that follows from this read. */
    Context context();

    /** The guarantee reached. */
    ResultInfo info();

    /** The live versions: none, one or many. */
    List<Sibling> siblings();

    /** Calls the one function that fits. */
    default <T> T fold(Function<Found, T> found, Function<Siblings, T> siblings, Function<Missing, T> missing) {
        if (this instanceof Found one) {
            return found.apply(one);
        }
        if (this instanceof Siblings many) {
            return siblings.apply(many);
        }
        if (this instanceof Missing none) {
            return missing.apply(none);
        }
        throw new AssertionError(getClass());
    }

    /** The result for a list of live versions. */
    static ReadResult of(List<Sibling> siblings, Context context, ResultInfo info) {
        if (siblings.isEmpty()) {
            return new Missing(context, info);
        }
        if (siblings.size() > 1) {
            return new Siblings(siblings, context, info);
        }
        Sibling only = siblings.get(0);
        return new Found(only.value(), only.contentType(), only.dot(), only.written(), context, info);
    }

    /** The key has one live version. */
    record Found(Bytes value, String contentType, String dot, Instant written, Context context, ResultInfo info)
            implements ReadResult {
        @Override
        public List<Sibling> siblings() {
            return List.of(new Sibling(dot, contentType, written, value));
        }
    }

    /**
     * The key has at least two live versions. To resolve them, put what they mean together with {@link #context()}: that
     * replaces all of these and nothing newer.
     */
    record Siblings(List<Sibling> siblings, Context context, ResultInfo info) implements ReadResult {
        public Siblings {
            siblings = List.copyOf(siblings);
            if (siblings.size() < 2) {
                throw new IllegalArgumentException("siblings are at least two, not " + siblings.size());
            }
        }
    }

    /** The key has no live version: never written, or deleted. */
    record Missing(Context context, ResultInfo info) implements ReadResult {
        @Override
        public List<Sibling> siblings() {
            return List.of();
        }
    }
}
