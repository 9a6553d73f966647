package io.quorate.bench.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a search has been. It need not go on from where it has been before, nor from where it would only be worse off: with
 * the same operations of known outcome placed and the same register, but fewer writes of unknown outcome left to use.
 */
final class Visited {
    private final Map<Configuration, List<BitSet>> usedAt = new HashMap<>();

    /**
     * What the rest of a search depends on, besides the writes of unknown outcome. All known operations before the first have
     * their place, and of those after it the ones whose bits are set, counted from there.
     */
    record Configuration(int first, BitSet after, Register register) {}

    /**
     * Notes a visit.
     *
     * @param used writes of unknown outcome that have been placed; not to be changed later
     * @return whether something may come of it that has not come of the visits before
     */
    boolean add(Configuration configuration, BitSet used) {
        List<BitSet> before = usedAt.computeIfAbsent(configuration, c -> new ArrayList<>(1));
        for (BitSet other : before) {
            if (isSubset(other, used)) {
                return false;
            }
        }
        before.removeIf(other -> isSubset(used, other));
        before.add(used);
        return true;
    }

    private static boolean isSubset(BitSet part, BitSet whole) {
        BitSet rest = (BitSet) part.clone();
        rest.andNot(whole);
        return rest.isEmpty();
    }
}
