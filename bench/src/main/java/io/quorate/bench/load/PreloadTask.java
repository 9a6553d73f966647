package io.quorate.bench.load;

import java.util.concurrent.atomic.LongAdder;

/**
 * Goes once over the client's own keys before anything is measured: learns each key's context unless the bucket is new,
 * and writes each key if reads are to find it.
 */
final class PreloadTask implements ClientTask {
    private static final int ATTEMPTS_MAX = 3;

    private final LoadClient client;
    private final boolean learn;
    private final boolean write;
    private final LongAdder keysFailed;
    private int next;

    PreloadTask(LoadClient client, boolean learn, boolean write, LongAdder keysFailed) {
        this.client = client;
        this.learn = learn;
        this.write = write;
        this.keysFailed = keysFailed;
    }

    @Override
    public boolean step(Tally tally) {
        if (next == client.share().size()) {
            return false;
        }
        int key = client.share().keyAt(next++);
        boolean done = (!learn || attempt(Operation.GET, key, tally)) && (!write || attempt(Operation.PUT, key, tally));
        if (!done) {
            keysFailed.increment();
        }
        return true;
    }

    private boolean attempt(Operation operation, int key, Tally tally) {
        for (int i = 0; i < ATTEMPTS_MAX; i++) {
            if (client.perform(operation, key, Pace.NOW, tally)) {
                return true;
            }
        }
        return false;
    }
}
