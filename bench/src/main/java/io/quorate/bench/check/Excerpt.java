package io.quorate.bench.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Makes a short story of a history that has no order. First its end is cut off, at the first answer with which there is none
 * any more. Then operations are left out while there still is none: observations, and writes of which nobody tells who stays,
 * first in large parts and then one by one (as in Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input"
 * (2002)). From a history that had an order, neither would make one that has none: so what remains proves the fault.
 */
final class Excerpt {
    private long stepsLeft;

    /**
     * An operation.
     *
     * @param then what was known of it where the history was cut
     * @param told what all that was known then told of it
     */
    private record Cut(Operation whole, Operation then, Operation told) {}

    Excerpt(long stepsMax) {
        stepsLeft = stepsMax;
    }

    /** The operations that remain of a history without an order, in the order of their invocations. */
    ImmutableList<Operation> of(List<Operation> history) {
        List<Cut> story = cutAt(history, firstFault(history));
        Sight sight = new Sight(story.stream().map(Cut::told).toList());
        for (int size = story.size(); size > 0; size /= 2) {
            boolean shorter = true;
            while (shorter) {
                int before = story.size();
                story = thinned(story, size, sight);
                // Large parts are tried once: what they leave falls with the smaller ones.
                shorter = size == 1 && story.size() < before;
            }
        }
        return story.stream()
                .map(Cut::whole)
                .sorted(Comparator.comparingLong(Operation::invoked))
                .collect(ImmutableList.toImmutableList());
    }

    private boolean hasNoOrder(List<Cut> story) {
        Search search = new Search(story.stream().map(Cut::then).toList());
        Search.Result result = search.run(stepsLeft);
        stepsLeft -= search.steps();
        return result == Search.Result.NO_ORDER;
    }

    /** When the answer came with which the history has no order any more. */
    private long firstFault(List<Operation> history) {
        List<Long> answers = history.stream()
                .filter(operation -> operation.matters() && !operation.isUnknown())
                .map(Operation::returned)
                .distinct()
                .sorted()
                .toList();
        int low = 0;
        int high = answers.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (hasNoOrder(cutAt(history, answers.get(middle)))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return answers.get(high);
    }

    /** What was known at a moment: operations that were under way may have happened, and have seen nothing yet. */
    private static List<Cut> cutAt(List<Operation> history, long now) {
        List<Operation> whole = new ArrayList<>();
        List<Operation> then = new ArrayList<>();
        for (Operation operation : history) {
            boolean ended = operation.returned() <= now;
            if (operation.matters() && operation.invoked() <= now && (ended || !operation.isObservation())) {
                whole.add(operation);
                then.add(ended ? operation : operation.unanswered());
            }
        }
        List<Operation> told = Hindsight.of(then);
        List<Cut> story = new ArrayList<>();
        for (int i = 0; i < whole.size(); i++) {
            story.add(new Cut(whole.get(i), then.get(i), told.get(i)));
        }
        story.sort(Comparator.comparingLong(cut -> cut.then().returned()));
        return story;
    }

    /**
     * Leaves out part after part of such a size, wherever there is no order without it. The oldest come first, so that those
     * next to the fault stay.
     */
    private List<Cut> thinned(List<Cut> story, int size, Sight sight) {
        List<Cut> rest = story;
        int from = 0;
        while (from < rest.size() && stepsLeft > 0) {
            int end = Math.min(from + size, rest.size());
            BitSet stays = size > 1 ? without(rest, from, end, sight) : withoutAllThatRestOn(rest, from, sight);
            List<Cut> fewer = stays.stream().mapToObj(rest::get).toList();
            if (fewer.size() < rest.size() && hasNoOrder(fewer)) {
                from = stays.get(0, end).cardinality();
                rest = fewer;
            } else {
                from = end;
            }
        }
        return rest;
    }

    /** Whether one may have needed what the other one left: by what was known then, or because its answer said so later. */
    private static boolean maySee(Cut seer, Cut seen, Sight sight) {
        Tag asks = seer.then().asks();
        return sight.maySee(seer.told(), seen.told())
                || (asks != null && asks.equals(seen.whole().gives()));
    }

    /** The story less those of a part that nobody who stays may have seen. */
    private static BitSet without(List<Cut> story, int from, int end, Sight sight) {
        BitSet stays = new BitSet(story.size());
        stays.set(0, from);
        stays.set(end, story.size());
        Deque<Cut> seers = new ArrayDeque<>(story.subList(0, from));
        seers.addAll(story.subList(end, story.size()));
        while (!seers.isEmpty()) {
            Cut seer = seers.remove();
            for (int i = stays.nextClearBit(from); i < end; i = stays.nextClearBit(i + 1)) {
                if (maySee(seer, story.get(i), sight)) {
                    stays.set(i);
                    seers.add(story.get(i));
                }
            }
        }
        return stays;
    }

    /** The story less one operation, those that may have seen what it left, those that may have seen what they left... */
    private static BitSet withoutAllThatRestOn(List<Cut> story, int index, Sight sight) {
        BitSet stays = new BitSet(story.size());
        stays.set(0, story.size());
        stays.clear(index);
        Deque<Cut> gone = new ArrayDeque<>(List.of(story.get(index)));
        while (!gone.isEmpty()) {
            Cut seen = gone.remove();
            for (int i = stays.nextSetBit(0); i >= 0; i = stays.nextSetBit(i + 1)) {
                if (maySee(story.get(i), seen, sight)) {
                    stays.clear(i);
                    gone.add(story.get(i));
                }
            }
        }
        return stays;
    }
}
