package io.quorate.bench.contrast;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * What came of a run.
 *
 * @param keys of each bucket
 * @param idle what all nodes send and sync in a second while nobody asks for anything
 */
record ContrastReport(ImmutableList<ModeRun> runs, int partitions, int keys, Traffic idle) {
    ModeRun run(Mode mode) {
        return runs.stream()
                .filter(run -> run.mode() == mode)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there was no run of " + mode));
    }

    Figures figures(Mode mode, Phase phase) {
        return Figures.of(run(mode), run(mode).span(phase), partitions);
    }

    /** What an operation of the healthy phase cost all nodes, without what they do when idle. */
    Traffic perOperation(Mode mode) {
        ModeRun.Span span = run(mode).span(Phase.HEALTHY);
        return run(mode)
                .healthy()
                .plus(idle, -span.seconds())
                .each(figures(mode, Phase.HEALTHY).answered());
    }

    /** Everything that does not fit what was promised; empty if all does. */
    List<String> wrong() {
        List<String> wrong = new ArrayList<>();
        runs.forEach(run -> run.wrong().forEach(each -> wrong.add(run.mode().text() + ": " + each)));
        Figures leader = figures(Mode.LEADER, Phase.CUT);
        if (leader.away().writes() + leader.away().reads() > 0) {
            wrong.add("leader: the side without a majority was answered "
                    + leader.away().writes() + " writes and " + leader.away().reads() + " reads");
        }
        if (leader.rest().writes() == 0 || leader.rest().reads() == 0) {
            wrong.add("leader: the side with the majority did not go on");
        }
        Figures leaderless = figures(Mode.LEADERLESS, Phase.CUT);
        if (leaderless.away().writes() == 0 || leaderless.rest().writes() == 0) {
            wrong.add("leaderless: one side of the cut did not go on");
        }
        long stale = run(Mode.LEADER).samples().stream().filter(Sample::stale).count();
        if (stale > 0) {
            wrong.add("leader: " + stale + " reads were stale");
        }
        return wrong;
    }
}
