package io.quorate.bench.contrast;

import com.google.common.collect.ImmutableList;
import io.quorate.bench.chaos.Convergence;
import io.quorate.bench.chaos.Victims;
import io.quorate.bench.contrast.ModeRun.End;
import io.quorate.bench.contrast.ModeRun.Span;
import io.quorate.bench.local.NodeHttp;
import io.quorate.client.QuorateClient;
import io.quorate.client.error.QuorateException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The same load and the same outages for both modes, one after the other on the same nodes: at once they would take the
 * processors from each other, and the one that waits would make the other look fast. Both are warmed up before either is
 * measured, and the keys, their partitions, the order of requests of each client and the nodes that are hurt are the same.
 */
final class ContrastRun {
    private static final int AGREE_SECONDS = 60;
    private static final int IDLE_SECONDS = 3;
    private static final int WRONG_MAX = 20;
    /** Any client. */
    private static final int READER = 0;

    private final Settings settings;
    private final Sides sides;
    private final Outage outage;
    private final Consumer<String> out;
    private final List<URI> urls;
    private final NodeHttp http = new NodeHttp();

    /**
     * What is to be done.
     *
     * @param phaseSeconds of each phase
     * @param warmSeconds of each mode, before the first is measured
     * @param keys of each bucket, rounded up to a multiple of the partitions
     */
    record Settings(
            Crowd.Settings crowd,
            int keys,
            int valueBytes,
            Duration timeout,
            double phaseSeconds,
            double warmSeconds) {}

    private record Warm(Mode mode, Store store, Keys keys) {}

    ContrastRun(Settings settings, Victims victims, Sides sides, Consumer<String> out) {
        this.settings = settings;
        this.sides = sides;
        this.outage = new Outage(victims, sides);
        this.out = out;
        this.urls = victims.urls();
    }

    ContrastReport run() throws IOException, InterruptedException {
        for (Mode mode : Mode.values()) {
            http.send(urls.get(0), "PUT", "/v1/buckets/" + mode.bucket(), mode.definition());
        }
        Ways ways = Ways.of(sides, http.get(urls.get(0), "/v1/ring"));
        outage.awaitLeaders(ways.partitions());
        try (Seats seats = Seats.at(urls, settings.timeout())) {
            List<Warm> modes = new ArrayList<>();
            for (Mode mode : Mode.values()) {
                out.accept(mode.text() + ": warming up");
                modes.add(warm(mode, ways, seats));
            }
            outage.awaitLeaders(ways.partitions());
            agree();
            Traffic before = Traffic.of(urls);
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            Traffic idle = Traffic.of(urls).since(before).each(IDLE_SECONDS);
            int victim = outage.mostLeads();
            List<ModeRun> runs = new ArrayList<>();
            for (Warm mode : modes) {
                runs.add(measure(mode, victim, ways, seats));
            }
            return new ContrastReport(
                    ImmutableList.copyOf(runs),
                    ways.partitions(),
                    modes.get(0).keys().count(),
                    idle);
        }
    }

    private Warm warm(Mode mode, Ways ways, Seats seats) throws InterruptedException {
        Keys keys = Keys.of(mode.bucket(), settings.keys(), ways.partitions());
        NumberedValues values = new NumberedValues(settings.valueBytes());
        Store store = switch (mode) {
            case LEADERLESS -> new LeaderlessStore(keys, settings.crowd().clients(), values, settings.timeout());
            case LEADER -> new LeaderStore(keys, values, settings.timeout());
        };
        Crowd crowd = Crowd.start(settings.crowd(), store, keys, seats, ways, true);
        pause(settings.warmSeconds());
        var unused = crowd.stop();
        return new Warm(mode, store, keys);
    }

    private static void pause(double seconds) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep((long) (Math.max(0, seconds) * 1e9));
    }

    private ModeRun measure(Warm warm, int victim, Ways ways, Seats seats) throws IOException, InterruptedException {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        Crowd crowd = Crowd.start(settings.crowd(), warm.store(), warm.keys(), seats, ways, false);
        List<Span> spans = new ArrayList<>();
        Traffic before = Traffic.of(urls);
        lasts(spans, warm.mode(), crowd, Phase.HEALTHY, crowd.now(), "");
        Traffic healthy = Traffic.of(urls).since(before);
        double from = crowd.now();
        String killed = outage.kill(victim);
        lasts(spans, warm.mode(), crowd, Phase.DOWN, from, killed);
        from = crowd.now();
        outage.start(victim);
        lasts(spans, warm.mode(), crowd, Phase.BACK, from, "n" + (victim + 1) + " is back");
        ways.cut(true);
        String cut = outage.cut();
        lasts(spans, warm.mode(), crowd, Phase.CUT, crowd.now(), cut);
        from = crowd.now();
        outage.heal();
        ways.cut(false);
        lasts(spans, warm.mode(), crowd, Phase.HEALED, from, "all links are whole");
        List<Sample> samples = crowd.stop();
        List<String> wrong = new ArrayList<>();
        End end = end(warm, ways, seats, wrong);
        return new ModeRun(
                warm.mode(),
                ImmutableList.copyOf(spans),
                ImmutableList.copyOf(samples),
                healthy,
                load,
                end,
                ImmutableList.copyOf(wrong));
    }

    /** A phase has begun at {@code from} and goes on until its time is over. */
    private void lasts(List<Span> spans, Mode mode, Crowd crowd, Phase phase, double from, String text)
            throws InterruptedException {
        out.accept(String.format(
                Locale.ROOT,
                "%7.1f s  %s: %s%s",
                from,
                mode.text(),
                phase.text(),
                text.isEmpty() ? "" : " (" + text + ")"));
        pause(from + settings.phaseSeconds() - crowd.now());
        spans.add(new Span(phase, from, crowd.now(), text));
    }

    private End end(Warm warm, Ways ways, Seats seats, List<String> wrong) throws InterruptedException {
        out.accept(warm.mode().text() + ": waiting until nothing is kept for others, and reading all keys");
        double agreed = agree();
        int siblings = 0;
        long acknowledged = 0;
        long missing = 0;
        for (int key = 0; key < warm.keys().count(); key++) {
            try {
                QuorateClient node =
                        seats.node(ways.of(READER, warm.keys().partition(key)).get(0));
                Store.Last last = warm.store().last(node, key);
                siblings += last.versions() > 1 ? 1 : 0;
                acknowledged += last.acknowledged();
                missing += last.missing();
            } catch (QuorateException e) {
                wrong.add("last read of " + warm.keys().name(key) + ": " + e.getMessage());
            }
        }
        if (missing > 0) {
            wrong.add(0, missing + " acknowledged writes are missing in the end");
        }
        Store.Check check = warm.store().check();
        wrong.addAll(check.wrong());
        if (wrong.size() > WRONG_MAX) {
            wrong.subList(WRONG_MAX, wrong.size()).clear();
        }
        return new End(agreed, siblings, acknowledged, missing, check.text());
    }

    /** Waits until nodes keep nothing for each other; how long that took, in seconds. */
    private double agree() throws InterruptedException {
        long from = System.nanoTime();
        new Convergence(urls).await(List.of(), AGREE_SECONDS).forEach(left -> out.accept("still: " + left));
        return (System.nanoTime() - from) / 1e9;
    }
}
