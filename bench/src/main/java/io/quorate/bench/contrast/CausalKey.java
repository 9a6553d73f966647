package io.quorate.bench.contrast;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/**
 * What clients did to one key where concurrent writes stay as siblings. A write is made over what its client was shown: it
 * replaces that, and everything that had been replaced by that. Sets of writes are those of their numbers. For several
 * threads.
 */
final class CausalKey {
    private final List<BitSet> upTo = new ArrayList<>();
    private final BitSet acknowledged = new BitSet();

    /** A client is about to write over what it has seen; the number of the write. */
    synchronized int begin(BitSet seen) {
        int number = upTo.size();
        BitSet all = (BitSet) seen.clone();
        all.set(number);
        upTo.add(all);
        return number;
    }

    /** A write is acknowledged; what its client has seen now. */
    synchronized BitSet acknowledge(int number) {
        acknowledged.set(number);
        return upTo.get(number);
    }

    /** All that are acknowledged by now. */
    synchronized BitSet acknowledged() {
        return (BitSet) acknowledged.clone();
    }

    /** What those stand for who were shown these versions: them, and all that they replaced. */
    synchronized BitSet seenWith(Collection<Integer> versions) {
        BitSet all = new BitSet();
        for (int number : versions) {
            if (number >= upTo.size()) {
                throw new IllegalStateException("a value is shown that nobody wrote: number " + number);
            }
            all.or(upTo.get(number));
        }
        return all;
    }

    /** How many of these writes are neither shown nor replaced by what is shown. */
    static int missing(BitSet of, BitSet shown) {
        BitSet missing = (BitSet) of.clone();
        missing.andNot(shown);
        return missing.cardinality();
    }
}
