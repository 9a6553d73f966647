package io.quorate.client;

import io.quorate.client.data.Value;
import io.quorate.ring.bytes.Bytes;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * Turns values of a program into what the store keeps, and back. Must give for equal values equal bytes if a write may be
 * repeated with an idempotency key of your own. Used by many threads at once.
 */
public interface Codec<T> {
    Value encode(T value);

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if it is something else; the caller of the view sees it
     */
    T decode(Value stored);

    /** Bytes of no stated kind, as they are. */
    static Codec<Bytes> bytes() {
        return of("application/octet-stream", Function.identity(), Function.identity());
    }

    /** A text in UTF-8. */
    static Codec<String> utf8() {
        return of(Value.TEXT, Bytes::ofUtf8, Bytes::toUtf8);
    }

    /** JSON by the library that you use, such as {@code mapper::writeValueAsString} wrapped for its exceptions. */
    static <T> Codec<T> json(Function<T, String> writer, Function<String, T> reader) {
        return of("application/json", value -> Bytes.ofUtf8(writer.apply(value)), data -> reader.apply(data.toUtf8()));
    }

    /** A set of texts without line breaks, one a line, in the set's order. */
    static Codec<Set<String>> lines() {
        return of(
                Value.TEXT,
                set -> {
                    set.forEach(line -> {
                        if (line.isEmpty() || line.indexOf('\n') >= 0) {
                            throw new IllegalArgumentException("a line is not empty and has no line break: " + line);
                        }
                    });
                    return Bytes.ofUtf8(String.join("\n", set));
                },
                data -> {
                    Set<String> set = new LinkedHashSet<>();
                    data.toUtf8().lines().filter(line -> !line.isEmpty()).forEach(set::add);
                    return set;
                });
    }

    /** From two functions, with the media type that the store keeps beside the bytes. */
    static <T> Codec<T> of(String contentType, Function<T, Bytes> writer, Function<Bytes, T> reader) {
        return new Codec<>() {
            @Override
            public Value encode(T value) {
                return new Value(writer.apply(value), contentType);
            }

            @Override
            public T decode(Value stored) {
                return reader.apply(stored.data());
            }
        };
    }
}
