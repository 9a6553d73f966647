package io.quorate.bench.chaos;

import io.quorate.bench.local.Patience;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** One run: clients and an ordeal of the nodes, then healing, and everything that was promised is looked into. */
final class ChaosRun {
    /** For each request that is done so many may fail: two of three nodes may be hurt at a time. */
    private static final int FAILED_FOR_EACH_DONE = 4;

    private static final long POLL_MILLIS = 100;

    private final Timeline timeline;
    private final List<Load> loads;
    private final Ordeal ordeal;

    /**
     * What came of it.
     *
     * @param ordeal what was done to the nodes
     * @param counts what was looked into, by name
     * @param settled what the cluster came to by itself, and how many seconds after the last fault
     * @param wrong what does not fit; empty if all does
     */
    record Report(
            String ordeal,
            Map<String, Long> counts,
            Timeline.Second requests,
            Map<String, Long> errors,
            Map<String, Double> settled,
            List<String> wrong) {}

    /** The clients are at it already. */
    ChaosRun(List<Load> loads, Ordeal ordeal, Timeline timeline) {
        this.loads = List.copyOf(loads);
        this.ordeal = ordeal;
        this.timeline = timeline;
    }

    /** Runs it; all has to have settled so many seconds after the last fault. */
    Report run(long convergeSeconds) throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        try {
            wrong.addAll(ordeal.go());
        } catch (Patience.TooLateException e) {
            wrong.add(String.valueOf(e.getMessage()));
        }
        timeline.say("all faults are over: " + convergeSeconds + " s until "
                + String.join(", and ", loads.stream().map(Load::goal).toList()));
        for (Load load : loads) {
            load.stop();
        }
        Map<String, Double> settled = settle(convergeSeconds, wrong);
        if (settled.size() == loads.size()) {
            timeline.say("so it is; checking what was promised");
            for (Load load : loads) {
                wrong.addAll(load.check());
            }
        }
        Map<String, Long> counts = new LinkedHashMap<>();
        Map<String, Long> errors = new TreeMap<>();
        for (Load load : loads) {
            load.crew().forbidden().forEach(error -> wrong.add("an error that nothing excuses: " + error));
            load.crew().errors().forEach((code, count) -> errors.merge(code, count, Long::sum));
            counts.putAll(load.counts());
        }
        Timeline.Second requests = timeline.total();
        if (FAILED_FOR_EACH_DONE * requests.done() <= requests.refused() + requests.unknown()) {
            wrong.add("of " + requests + " too few were done to have shown anything");
        }
        return new Report(ordeal.summary(), counts, requests, errors, settled, wrong);
    }

    /** What has come to its goal, and when; of the rest it is told what is wrong. */
    private Map<String, Double> settle(long seconds, List<String> wrong) throws InterruptedException {
        double healed = timeline.now();
        Map<String, Double> settled = new LinkedHashMap<>();
        List<Load> open = new ArrayList<>(loads);
        while (!open.isEmpty()) {
            boolean late = timeline.now() - healed > seconds;
            for (Load load : List.copyOf(open)) {
                List<String> unsettled = load.unsettled();
                if (unsettled.isEmpty()) {
                    double took = timeline.now() - healed;
                    settled.put(load.goal(), took);
                    timeline.say(String.format(Locale.ROOT, "%s, %.1f s after the last fault", load.goal(), took));
                    open.remove(load);
                } else if (late) {
                    unsettled.forEach(what -> wrong.add("after " + seconds + " s: " + what));
                    open.remove(load);
                }
            }
            if (!open.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
        timeline.lasted("coming together", healed);
        return settled;
    }
}
