package io.quorate.node.crash;

import com.google.common.util.concurrent.Uninterruptibles;
import io.quorate.client.LeaderlessView;
import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.WriteResult;
import io.quorate.client.error.QuorateException;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** One client: goes on from what it has last seen of each key, and mostly does not look at what others write. */
final class Writer {
    private static final int READ_ONE_IN = 8;
    private static final int SHARED_ONE_IN = 4;
    private static final Duration AFTER_A_FAILURE = Duration.ofMillis(2);

    private final List<KeyHistory> own;
    private final List<KeyHistory> shared;
    private final SplittableRandom random;
    private final Map<KeyHistory, Seen> seen = new HashMap<>();

    /** A context that the writer holds, and the writes that it covers. */
    private record Seen(Context context, BitSet writes) {}

    Writer(List<KeyHistory> own, List<KeyHistory> shared, SplittableRandom random) {
        this.own = own;
        this.shared = shared;
        this.random = random;
    }

    /** Writes until it is told to stop; failures are noted and do not end it. */
    void run(LeaderlessView view, AtomicInteger acknowledged, CountDownLatch stop) {
        while (stop.getCount() > 0) {
            List<KeyHistory> keys = random.nextInt(SHARED_ONE_IN) == 0 ? shared : own;
            KeyHistory history = keys.get(random.nextInt(keys.size()));
            try {
                if (random.nextInt(READ_ONE_IN) == 0) {
                    ReadResult read = view.get(history.key());
                    seen.put(history, new Seen(read.context(), history.covered(read.siblings())));
                }
                write(view, history);
                acknowledged.incrementAndGet();
            } catch (QuorateException e) {
                var unused = Uninterruptibles.awaitUninterruptibly(stop, AFTER_A_FAILURE);
            }
        }
    }

    private void write(LeaderlessView view, KeyHistory history) {
        Seen last = seen.get(history);
        BitSet replaces = last == null ? new BitSet() : last.writes();
        int write = history.begin(replaces);
        String value = history.valueOf(write);
        try {
            WriteResult done =
                    last == null ? view.put(history.key(), value) : view.put(history.key(), value, last.context());
            BitSet covered = (BitSet) replaces.clone();
            covered.set(write);
            seen.put(history, new Seen(done.context(), covered));
            history.end(write, KeyHistory.Fate.ACKNOWLEDGED);
        } catch (QuorateException e) {
            boolean untouched = e.outcome() == Outcome.NOT_APPLIED;
            history.end(write, untouched ? KeyHistory.Fate.NOT_APPLIED : KeyHistory.Fate.MAYBE_APPLIED);
            throw e;
        }
    }
}
