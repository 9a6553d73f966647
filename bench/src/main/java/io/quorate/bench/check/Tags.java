package io.quorate.bench.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the operations of a history say of each tag, and how far those that have their place already have come in the log.
 * It rests on one promise of the store: a later write has a higher tag. A tag that a write was answered with is therefore
 * never that of a write of unknown outcome, and once a tag has been spoken of, those below it come up only while the
 * register still bears them.
 */
final class Tags {
    private final Map<Tag, Use> uses = new HashMap<>();
    /** All tags, the lowest first. */
    private final List<Use> log = new ArrayList<>();
    /** The place in the log of the highest tag that was spoken of by those that have their place; -1 if none was. */
    private int reached = -1;

    /** Values that reads show under tags that no answer to a write named. */
    private final Set<@Nullable Long> shownOfUnknown = new HashSet<>();

    /** One tag. Operations of known outcome that have no place yet wait for it, those with a place have spoken of it. */
    private static final class Use {
        private int rank;
        private boolean given;
        /** Whether it has to come up: an operation of known outcome was answered with it or asks for it. */
        private boolean due;

        private int spoken;
        private int awaited;
    }

    Tags(List<Operation> operations) {
        for (Operation operation : operations) {
            Tag gives = operation.gives();
            if (gives != null) {
                use(gives).given = true;
                use(gives).due = true;
            }
            Tag asks = operation.asks();
            if (asks != null) {
                use(asks).due |= !operation.isUnknown();
            }
            await(operation, 1);
        }
        uses.keySet().stream().sorted().forEach(tag -> {
            use(tag).rank = log.size();
            log.add(use(tag));
        });
        for (Operation operation : operations) {
            Tag asks = operation.asks();
            if (operation.kind() == Operation.Kind.READ && asks != null && !use(asks).given) {
                shownOfUnknown.add(operation.value());
            }
        }
    }

    private Use use(Tag tag) {
        return uses.computeIfAbsent(tag, t -> new Use());
    }

    private void await(Operation operation, int by) {
        Tag asks = operation.asks();
        if (asks != null && !operation.isUnknown()) {
            use(asks).awaited += by;
        }
    }

    /** An operation has found its place. */
    void place(Operation operation) {
        await(operation, -1);
        speak(operation.asks());
        speak(operation.gives());
    }

    /** The one that found its place last has lost it again. */
    void takeBack(Operation operation) {
        await(operation, 1);
        unspeak(operation.gives());
        unspeak(operation.asks());
    }

    private void speak(@Nullable Tag tag) {
        if (tag != null) {
            use(tag).spoken++;
            reached = Math.max(reached, use(tag).rank);
        }
    }

    private void unspeak(@Nullable Tag tag) {
        if (tag != null) {
            use(tag).spoken--;
            while (reached >= 0 && log.get(reached).spoken == 0) {
                reached--;
            }
        }
    }

    /** Whether a write that replaces what bore the other tag, null if that is not told, may have had this one. */
    boolean mayFollow(@Nullable Tag replaced, Tag tag) {
        int from = replaced == null ? reached : use(replaced).rank;
        int rank = use(tag).rank;
        if (rank <= from) {
            return false;
        }
        for (int between = from + 1; between < rank; between++) {
            if (log.get(between).due) {
                return false;
            }
        }
        return true;
    }

    /** Whether it may turn out to be that of a write of unknown outcome, if one has its place now. */
    boolean mayBeOfUnknown(Tag tag) {
        return !use(tag).given && mayFollow(null, tag);
    }

    /** Whether a read shows the value as that of a write of which one does not know which it was. */
    boolean isShownOfUnknown(@Nullable Long value) {
        return shownOfUnknown.contains(value);
    }

    /** Whether operations whose outcome is known still have to find it in the register. */
    boolean isAwaited(Tag tag) {
        return use(tag).awaited > 0;
    }

    /** Whether operations other than this one, whose outcome is known, still have to find it in the register. */
    boolean isAwaited(Tag tag, Operation except) {
        int own = tag.equals(except.asks()) && !except.isUnknown() ? 1 : 0;
        return use(tag).awaited > own;
    }
}
