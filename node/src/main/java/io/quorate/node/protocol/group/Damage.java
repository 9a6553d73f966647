package io.quorate.node.protocol.group;

import io.quorate.node.protocol.store.CorruptRecordException;
import org.jspecify.annotations.Nullable;

/**
 * When a node gives up what its disk has of a group, to be let in anew. Only what the disk has spoilt or lost counts: a disk
 * that cannot be read now may be read later, and what is whole but makes no sense was written by another version or by a
 * fault of the program, which all members may have in common.
 */
public final class Damage {
    private Damage() {}

    /**
     * Whether it is to be given up.
     *
     * @param failure of reading the log or the state
     * @param homes of the group: without this one they have to be a majority, or nobody can let it in
     */
    public static boolean isToBeGivenUp(Throwable failure, int homes) {
        return canBeLetIn(homes) && isOfDisk(failure);
    }

    /** Whether the other homes of a group are a majority without one of so many. */
    public static boolean canBeLetIn(int homes) {
        return homes - 1 > homes / 2;
    }

    private static boolean isOfDisk(Throwable failure) {
        for (@Nullable Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof CorruptRecordException corrupt) {
                return corrupt.isDamage();
            }
        }
        return false;
    }
}
