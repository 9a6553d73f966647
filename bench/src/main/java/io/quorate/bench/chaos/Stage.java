package io.quorate.bench.chaos;

import io.quorate.bench.local.NodeHttp;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Where nodes are hurt, and time passes between. Not for several threads. */
final class Stage {
    private static final int SAID_EVERY_SECONDS = 5;
    private static final long WHOLE_SECONDS = 120;
    private static final long POLL_MILLIS = 50;

    private final Victims victims;
    private final Timeline timeline;
    private final NodeHttp http = new NodeHttp();
    private final Leads leads;
    private int said;

    Stage(Victims victims, Timeline timeline) {
        this.victims = victims;
        this.timeline = timeline;
        this.leads = new Leads(victims.urls());
    }

    Victims victims() {
        return victims;
    }

    Timeline timeline() {
        return timeline;
    }

    Leads leads() {
        return leads;
    }

    /** As nodes are named in what is said, a number from 0. */
    static String name(int node) {
        return "n" + (node + 1);
    }

    /** Has a bucket made. */
    void bucket(String name, String json) throws IOException, InterruptedException {
        http.send(victims.urls().get(0), "PUT", "/v1/buckets/" + name, json);
    }

    /** Lets time pass, and says now and then how requests fare. */
    void pause(long millis) throws InterruptedException {
        double until = timeline.now() + millis / 1e3;
        while (timeline.now() < until) {
            TimeUnit.MILLISECONDS.sleep(Math.min(100, Math.max(1, (long) ((until - timeline.now()) * 1000))));
            if (timeline.now() - said >= SAID_EVERY_SECONDS) {
                timeline.say(timeline.rates(said));
                said = (int) timeline.now();
            }
        }
    }

    /** Waits until every node has all that it should have. */
    void awaitWhole() throws InterruptedException {
        for (URI url : victims.urls()) {
            await(url + " to catch up", () -> http.isWhole(url));
        }
    }

    /** Waits until every member of every group knows who leads it. */
    void awaitLed() throws InterruptedException {
        await("a leader of every group", leads::areKnown);
    }

    /** Something that may be asked of nodes again and again. */
    interface Condition {
        boolean holds() throws InterruptedException;
    }

    /** Something did not come about that has to. */
    static final class TooLateException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private TooLateException(String what) {
            super("waited " + WHOLE_SECONDS + " s in vain for " + what);
        }
    }

    /**
     * Waits for it.
     *
     * @throws TooLateException after two minutes
     */
    static void await(String what, Condition condition) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WHOLE_SECONDS);
        while (!condition.holds()) {
            if (System.nanoTime() - until > 0) {
                throw new TooLateException(what);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    List<URI> urls() {
        return victims.urls();
    }
}
