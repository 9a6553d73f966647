package io.quorate.bench.check;

import org.jspecify.annotations.Nullable;

/**
 * The register that operations are held against: empty, or a value under a tag. Where a write of unknown outcome took
 * effect nobody knows its tag, until an operation is put after it that tells: then the value has that tag for good.
 *
 * @param tag null while it is not known
 */
record Register(Form form, @Nullable Long value, @Nullable Tag tag) {
    static final Register EMPTY = new Register(Form.EMPTY, null, null);

    /** It holds something, or nothing, that no operation asks for any more. */
    static final Register FORGOTTEN = new Register(Form.FORGOTTEN, null, null);

    /** What is known of it. */
    enum Form {
        EMPTY,
        HELD,
        FORGOTTEN
    }

    /** Whether it holds a value whose tag nobody has told yet. */
    boolean isNameless() {
        return form == Form.HELD && tag == null;
    }

    /** What an operation leaves behind; null if it could not have ended as it did. */
    @Nullable
    Register after(Operation operation, Tags tags) {
        if (operation.asksForNone() && form != Form.EMPTY) {
            return null;
        }
        Tag asked = operation.asks();
        if (asked != null && !bears(asked, tags)) {
            return null;
        }
        return operation.isObservation() ? observed(operation) : written(operation, tags);
    }

    private boolean bears(Tag asked, Tags tags) {
        return form == Form.HELD && (tag == null ? tags.mayBeOfUnknown(asked) : tag.equals(asked));
    }

    private @Nullable Register observed(Operation operation) {
        if (form == Form.EMPTY) {
            // What is refused because something is in its way has not found nothing.
            return operation.kind() == Operation.Kind.CREATE ? null : this;
        }
        boolean fits = switch (operation.kind()) {
            case READ -> operation.value() != null && operation.value().equals(value);
            case COMPARE_AND_SET -> operation.tag() != null && !operation.tag().equals(operation.expected());
            case CREATE, WRITE, DELETE -> true;
        };
        return fits ? new Register(form, value, operation.tag()) : null;
    }

    private static @Nullable Register written(Operation operation, Tags tags) {
        Tag given = operation.gives();
        if (given != null && !tags.mayFollow(operation.asks(), given)) {
            return null;
        }
        return operation.value() == null ? EMPTY : new Register(Form.HELD, operation.value(), given);
    }
}
