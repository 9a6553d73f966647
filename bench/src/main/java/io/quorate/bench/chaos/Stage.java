package io.quorate.bench.chaos;

import io.quorate.bench.local.NodeHttp;
import io.quorate.bench.local.Patience;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Where nodes are hurt, and time passes between. Not for several threads. */
final class Stage {
    private static final int SAID_EVERY_SECONDS = 5;

    /** With what has to come about between faults. */
    static final Patience PATIENCE = new Patience(120);

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
            PATIENCE.await(url + " to catch up", () -> http.isWhole(url));
        }
    }

    /** Waits until every member of every group knows who leads it. */
    void awaitLed() throws InterruptedException {
        PATIENCE.await("a leader of every group", leads::areKnown);
    }

    List<URI> urls() {
        return victims.urls();
    }
}
