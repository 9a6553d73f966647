package io.quorate.bench.contrast;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What clients saw of one mode in one phase.
 *
 * @param answered requests
 * @param perSecond of them
 * @param writes times of acknowledged writes
 * @param reads times of answered reads
 * @param failures by their code
 * @param stale reads, see {@link Store.Seen}
 * @param siblingReads that showed more than one version
 * @param dark seconds without a write
 * @param away what the side that is cut off was answered, of what it asked for in the phase
 * @param rest the same of the other side
 */
record Figures(
        long answered,
        double perSecond,
        Times writes,
        Times reads,
        Map<String, Long> failures,
        long stale,
        long siblingReads,
        Dark dark,
        Side away,
        Side rest) {

    /** Milliseconds, of the answered requests; 0 if there were none. */
    record Times(double p50, double p99, double p999) {
        static Times of(List<Sample> samples) {
            List<Double> sorted = samples.stream().map(Sample::millis).sorted().toList();
            return new Times(at(sorted, 0.5), at(sorted, 0.99), at(sorted, 0.999));
        }

        /** The smallest that is not exceeded by such a share. */
        private static double at(List<Double> sorted, double share) {
            return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(share * sorted.size()) - 1);
        }
    }

    /**
     * Seconds in which a partition took no write.
     *
     * @param most of one partition
     * @param sum over all
     */
    record Dark(double most, double sum) {
        static Dark of(List<List<Gap>> partitions, ModeRun.Span span) {
            double most = 0;
            double sum = 0;
            for (List<Gap> gaps : partitions) {
                double dark = gaps.stream().mapToDouble(gap -> gap.within(span)).sum();
                most = Math.max(most, dark);
                sum += dark;
            }
            return new Dark(most, sum);
        }
    }

    /**
     * What the clients of one side asked for in a phase and were answered before its end.
     *
     * @param writes acknowledged
     * @param reads answered
     * @param failed all others that ended before its end
     */
    record Side(long writes, long reads, long failed, Dark dark) {}

    static Figures of(ModeRun run, ModeRun.Span span, int partitions) {
        List<Sample> ended = run.in(span);
        List<Sample> answered = ended.stream().filter(Sample::isAnswered).toList();
        Map<String, Long> failures = new TreeMap<>();
        ended.stream()
                .filter(sample -> !sample.isAnswered())
                .forEach(sample -> failures.merge(sample.failure(), 1L, Long::sum));
        return new Figures(
                answered.size(),
                answered.size() / span.seconds(),
                Times.of(answered.stream().filter(Sample::write).toList()),
                Times.of(answered.stream().filter(sample -> !sample.write()).toList()),
                failures,
                answered.stream().filter(Sample::stale).count(),
                answered.stream().filter(sample -> sample.versions() > 1).count(),
                Dark.of(Gap.of(run, run.samples(), partitions, Gap.SECONDS_MIN), span),
                side(run, span, partitions, true),
                side(run, span, partitions, false));
    }

    private static Side side(ModeRun run, ModeRun.Span span, int partitions, boolean away) {
        List<Sample> all =
                run.samples().stream().filter(sample -> sample.away() == away).toList();
        List<Sample> whole = all.stream()
                .filter(sample -> span.contains(sample.from()) && span.contains(sample.to()))
                .toList();
        long answered = whole.stream().filter(Sample::isAnswered).count();
        long writes = whole.stream().filter(Sample::isAcknowledgedWrite).count();
        return new Side(
                writes,
                answered - writes,
                whole.size() - answered,
                Dark.of(Gap.of(run, all, partitions, Gap.SIDE_SECONDS_MIN), span));
    }

    /** All failed requests. */
    long failed() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }
}
