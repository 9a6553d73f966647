package io.quorate.bench.load;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The measured windows of one command, one after the other over the same data; at least one. */
record LoadSeries(Machine machine, List<LoadReport> runs) {
    LoadSeries {
        runs = List.copyOf(runs);
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("a series has at least one run");
        }
    }

    LoadSettings settings() {
        return runs.get(0).settings();
    }

    /** The index of the run whose rate is in the middle; the lower of two. */
    int typical() {
        List<Integer> byRate = IntStream.range(0, runs.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> runs.get(i).operationsPerSecond()))
                .toList();
        return byRate.get((runs.size() - 1) / 2);
    }

    /** Each figure's median over the runs, by itself. */
    Figures medians() {
        return Figures.medians(runs.stream().map(Figures::of).toList());
    }

    boolean interrupted() {
        return runs.stream().anyMatch(LoadReport::interrupted);
    }
}
