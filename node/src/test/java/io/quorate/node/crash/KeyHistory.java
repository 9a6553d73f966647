package io.quorate.node.crash;

import io.quorate.client.data.Sibling;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Every write that clients tried on one key, what each of them replaced, and how it ended: enough to tell which sets of
 * live versions a correct store may show. For any number of threads.
 */
final class KeyHistory {
    private final String key;
    private final List<Write> writes = new ArrayList<>();

    /** How a write ended for its writer. */
    enum Fate {
        ACKNOWLEDGED,
        MAYBE_APPLIED,
        NOT_APPLIED
    }

    /** A write; {@code replaces} is what its context covered. */
    private static final class Write {
        private final BitSet replaces;
        private Fate fate = Fate.MAYBE_APPLIED;

        Write(BitSet replaces) {
            this.replaces = replaces;
        }
    }

    KeyHistory(String key) {
        this.key = key;
    }

    String key() {
        return key;
    }

    /** A new write whose context covers these earlier ones. */
    synchronized int begin(BitSet replaces) {
        writes.add(new Write(replaces));
        return writes.size() - 1;
    }

    synchronized void end(int write, Fate fate) {
        writes.get(write).fate = fate;
    }

    String valueOf(int write) {
        return key + " " + write;
    }

    /** What the context of a result covers that shows these versions: themselves, and all that they replaced. */
    synchronized BitSet covered(List<Sibling> shown) {
        BitSet covered = new BitSet();
        for (Sibling version : shown) {
            int write = writeOf(version);
            if (write >= 0) {
                covered.set(write);
                covered.or(writes.get(write).replaces);
            }
        }
        return covered;
    }

    private int writeOf(Sibling version) {
        String text = version.value().toUtf8();
        if (!text.startsWith(key + " ")) {
            return -1;
        }
        int write = Integer.parseInt(text.substring(key.length() + 1));
        return write < writes.size() ? write : -1;
    }

    /** What is wrong if a read after all these writes shows these versions; empty if nothing is. */
    synchronized List<String> wrongs(List<Sibling> shown) {
        List<String> wrongs = new ArrayList<>();
        BitSet live = new BitSet();
        for (Sibling version : shown) {
            int write = writeOf(version);
            if (write < 0) {
                wrongs.add(key + ": nobody wrote '" + version.value().toUtf8() + "'");
            } else if (live.get(write)) {
                wrongs.add(key + ": write " + write + " is there twice");
            } else {
                live.set(write);
            }
        }
        BitSet replacedByLive = covered(shown);
        replacedByLive.andNot(live);
        for (int i = 0; i < writes.size(); i++) {
            Write write = writes.get(i);
            boolean isLive = live.get(i);
            if (isLive && write.fate == Fate.NOT_APPLIED) {
                wrongs.add(key + ": write " + i + " is there, but its writer was told that it was not applied");
            }
            if (write.fate == Fate.ACKNOWLEDGED && !isLive && !replacedByLive.get(i)) {
                wrongs.add(key + ": acknowledged write " + i + " is lost; there is " + live);
            }
            if ((isLive || write.fate == Fate.ACKNOWLEDGED) && write.replaces.intersects(live)) {
                BitSet back = (BitSet) write.replaces.clone();
                back.and(live);
                wrongs.add(key + ": write " + i + " replaced " + back + ", which is there again");
            }
        }
        return wrongs;
    }
}
