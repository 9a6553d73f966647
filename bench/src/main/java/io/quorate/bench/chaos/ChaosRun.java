package io.quorate.bench.chaos;

import io.quorate.bench.check.KeyHistories;
import io.quorate.bench.local.NodeHttp;
import io.quorate.client.error.QuorateException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One run: load and faults for a while, then healing, and everything that was promised is looked into. */
final class ChaosRun {
    private static final int SAID_EVERY_SECONDS = 5;
    /** For each request that is done so many may fail: two of three nodes may be hurt at a time. */
    private static final int FAILED_FOR_EACH_DONE = 4;

    private static final long WHOLE_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final Settings settings;
    private final Victims victims;
    private final Timeline timeline;
    private final KeyHistories histories = new KeyHistories();
    private final NodeHttp http = new NodeHttp();
    private final FaultPlan plan;

    /**
     * What is to be done.
     *
     * @param seconds under faults
     * @param stepMillis how long a fault lasts, and the calm after it, about
     * @param convergeSeconds within which all homes must have become equal after the last fault
     */
    record Settings(MixedLoad.Settings load, long seconds, long stepMillis, long convergeSeconds) {}

    /**
     * What came of it.
     *
     * @param convergedSeconds after the last fault
     * @param wrong what does not fit; empty if all does
     */
    record Report(
            Map<Fault, Integer> faults,
            long writes,
            long reads,
            Timeline.Second requests,
            Map<String, Long> errors,
            double convergedSeconds,
            List<String> wrong) {}

    ChaosRun(Settings settings, Victims victims, Set<Fault> wanted, Timeline timeline) {
        this.settings = settings;
        this.victims = victims;
        this.timeline = timeline;
        this.plan = new FaultPlan(
                settings.load().seed(),
                IntStream.range(0, victims.urls().size())
                        .mapToObj(node -> victims.possible(node).stream()
                                .filter(wanted::contains)
                                .collect(Collectors.toSet()))
                        .toList());
    }

    Report run() throws IOException, InterruptedException {
        List<URI> urls = victims.urls();
        http.send(urls.get(0), "PUT", "/v1/buckets/" + MixedLoad.STRICT, "{\"mode\":\"leaderless\",\"sloppy\":false}");
        http.send(urls.get(0), "PUT", "/v1/buckets/" + MixedLoad.SLOPPY, "{\"mode\":\"leaderless\"}");
        List<String> wrong = new ArrayList<>();
        try (MixedLoad load = MixedLoad.start(settings.load(), urls, histories, timeline)) {
            hurt(urls);
            timeline.say("all faults are over: " + settings.convergeSeconds() + " s for all homes to become equal");
            load.stop();
            double healed = timeline.now();
            List<String> keys = histories.keys();
            List<String> differences = new Convergence(urls).await(keys, settings.convergeSeconds());
            double took = timeline.now() - healed;
            timeline.lasted("coming together", healed);
            if (differences.isEmpty()) {
                timeline.say(String.format("equal after %.1f s; checking what was promised", took));
                wrong.addAll(histories.check(finals(load, keys)));
            } else {
                differences.forEach(
                        difference -> wrong.add("not equal after " + settings.convergeSeconds() + " s: " + difference));
            }
            load.forbidden().forEach(error -> wrong.add("an error that nothing excuses: " + error));
            Timeline.Second requests = timeline.total();
            if (FAILED_FOR_EACH_DONE * requests.done() <= requests.refused() + requests.unknown()
                    || histories.reads() == 0) {
                wrong.add("of " + requests + " too few were done to have shown anything");
            }
            return new Report(plan.used(), histories.writes(), histories.reads(), requests, load.errors(), took, wrong);
        }
    }

    private static Map<String, List<KeyHistories.Shown>> finals(MixedLoad load, List<String> keys) {
        Map<String, List<KeyHistories.Shown>> finals = new HashMap<>();
        for (String key : keys) {
            try {
                finals.put(key, load.last(key));
            } catch (QuorateException e) {
                // Told by the check: nothing is known of the key.
                System.err.println("quorate: last read of " + key + ": " + e.getMessage());
            }
        }
        return finals;
    }

    private void hurt(List<URI> urls) throws IOException, InterruptedException {
        int said = 0;
        while (timeline.now() < settings.seconds()) {
            FaultPlan.Step step = plan.next(settings.stepMillis());
            said = pause(step.calmMillis(), said);
            if (step.doings().stream().anyMatch(doing -> doing.fault().losesData())) {
                awaitWhole(urls);
            }
            List<Double> begun = new ArrayList<>();
            // Those of links first, and ended last: a node that is down or frozen could not be told.
            List<FaultPlan.Doing> doings = new ArrayList<>(step.doings());
            doings.sort(
                    (a, b) -> Boolean.compare(b.fault().isOfLinks(), a.fault().isOfLinks()));
            for (FaultPlan.Doing doing : doings) {
                begun.add(timeline.now());
                timeline.say("n" + (doing.node() + 1) + " " + doing.fault().text());
                victims.begin(doing.fault(), doing.node());
            }
            said = pause(step.lastsMillis(), said);
            List<FaultPlan.Doing> ends = new ArrayList<>(doings);
            Collections.reverse(ends);
            for (FaultPlan.Doing doing : ends) {
                victims.end(doing.fault(), doing.node());
                timeline.lasted(
                        "n" + (doing.node() + 1) + " " + doing.fault().text(), begun.get(doings.indexOf(doing)));
                timeline.say("n" + (doing.node() + 1) + " is left alone again");
            }
        }
    }

    /** A disk is lost only when all others have what they should have. */
    private void awaitWhole(List<URI> urls) throws InterruptedException {
        long until = System.nanoTime() + WHOLE_NANOS;
        for (URI url : urls) {
            while (!http.isWhole(url)) {
                if (System.nanoTime() - until > 0) {
                    throw new IllegalStateException(url + " has not caught up after 120 s");
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private int pause(long millis, int said) throws InterruptedException {
        int last = said;
        double until = timeline.now() + millis / 1e3;
        while (timeline.now() < until) {
            TimeUnit.MILLISECONDS.sleep(Math.min(100, Math.max(1, (long) ((until - timeline.now()) * 1000))));
            if (timeline.now() - last >= SAID_EVERY_SECONDS) {
                timeline.say(timeline.rates(last));
                last = (int) timeline.now();
            }
        }
        return last;
    }
}
