package io.quorate.bench.check;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The register that operations are held against: empty, or a value under a tag. Where a write of unknown outcome took
 * effect nobody knows its tag, until an operation is put after it that tells: then the value has that tag for good.
 *
 * @param value null if it is empty
 * @param tag null if it is empty, and while the tag is not known
 */
record Register(@Nullable Long value, @Nullable Tag tag) {
    static final Register EMPTY = new Register(null, null);

    /** What an operation leaves behind; null if it could not have ended as it did. */
    @Nullable
    Register after(Operation operation, Tags tags) {
        if (operation.asksForNone() && value != null) {
            return null;
        }
        Tag asked = operation.asks();
        if (asked != null && !bears(asked, tags)) {
            return null;
        }
        return operation.isObservation() ? observed(operation) : written(operation, tags);
    }

    private boolean bears(Tag asked, Tags tags) {
        return value != null && (tag == null ? tags.mayBeOfUnknown(asked) : tag.equals(asked));
    }

    private @Nullable Register observed(Operation operation) {
        boolean fits = switch (operation.kind()) {
            case READ -> value == null || value.equals(operation.value());
            case COMPARE_AND_SET -> value == null || !Objects.equals(operation.tag(), operation.expected());
            case CREATE -> value != null;
            case WRITE, DELETE -> false;
        };
        return fits ? new Register(value, operation.tag()) : null;
    }

    private static @Nullable Register written(Operation operation, Tags tags) {
        Tag given = operation.gives();
        if (given != null && !tags.mayFollow(operation.asks(), given)) {
            return null;
        }
        return operation.removes() ? EMPTY : new Register(operation.value(), given);
    }
}
