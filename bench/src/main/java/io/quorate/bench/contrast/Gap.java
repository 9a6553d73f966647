package io.quorate.bench.contrast;

import java.util.ArrayList;
import java.util.List;

/** A time in which a partition took no write, in seconds since the run of its mode began. */
record Gap(double from, double to) {
    /** What is shorter is not counted: so long may pass between two writes of one partition. */
    static final double SECONDS_MIN = 0.5;
    /** The same for the clients of one side, who write half as often. */
    static final double SIDE_SECONDS_MIN = 1;

    /** The gaps of each partition, of more than {@code min} seconds, between the first moment and the last of a run. */
    static List<List<Gap>> of(ModeRun run, List<Sample> samples, int partitions, double min) {
        double from = run.spans().get(0).from();
        double to = run.spans().get(run.spans().size() - 1).to();
        List<List<Double>> writes = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            writes.add(new ArrayList<>());
        }
        samples.stream()
                .filter(Sample::isAcknowledgedWrite)
                .forEach(sample -> writes.get(sample.partition()).add(sample.to()));
        return writes.stream().map(times -> between(times, from, to, min)).toList();
    }

    private static List<Gap> between(List<Double> times, double from, double to, double min) {
        List<Gap> gaps = new ArrayList<>();
        double last = from;
        for (double time : times.stream().sorted().toList()) {
            if (time - last > min) {
                gaps.add(new Gap(last, time));
            }
            last = Math.max(last, time);
        }
        if (to - last > min) {
            gaps.add(new Gap(last, to));
        }
        return gaps;
    }

    /** How much of it lies in a phase. */
    double within(ModeRun.Span span) {
        return Math.max(0, Math.min(to, span.to()) - Math.max(from, span.from()));
    }
}
