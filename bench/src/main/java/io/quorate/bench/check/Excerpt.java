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

    /** An operation, and what was known of it where the history was cut. */
    private record Cut(Operation whole, Operation then) {}

    Excerpt(long stepsMax) {
        stepsLeft = stepsMax;
    }

    /** The operations that remain of a history without an order, in the order of their invocations. */
    ImmutableList<Operation> of(List<Operation> history) {
        List<Cut> story = cutAt(history, firstFault(history));
        for (int size = story.size(); size > 0; size /= 2) {
            boolean shorter = true;
            while (shorter) {
                int before = story.size();
                story = thinned(story, size);
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
        List<Cut> story = new ArrayList<>();
        for (Operation operation : history) {
            if (!operation.matters() || operation.invoked() > now) {
                continue;
            }
            if (operation.returned() <= now) {
                story.add(new Cut(operation, operation));
            } else if (!operation.isObservation()) {
                story.add(new Cut(operation, operation.unanswered()));
            }
        }
        story.sort(Comparator.comparingLong(cut -> cut.then().returned()));
        return story;
    }

    /** Leaves out part after part of such a size, the last first, wherever there is no order without it. */
    private List<Cut> thinned(List<Cut> story, int size) {
        List<Cut> rest = story;
        for (int end = story.size(); end > 0; end -= size) {
            List<Cut> fewer = without(rest, Math.max(0, end - size), end);
            if (fewer.size() < rest.size() && hasNoOrder(fewer)) {
                rest = fewer;
            }
        }
        return rest;
    }

    /** The story less those of a part that nobody who stays may have seen. */
    private static List<Cut> without(List<Cut> story, int from, int end) {
        Sight sight = new Sight(story.stream().map(Cut::then).toList());
        BitSet stays = new BitSet(story.size());
        stays.set(0, from);
        stays.set(end, story.size());
        Deque<Operation> seers = new ArrayDeque<>();
        stays.stream().forEach(i -> seers.add(story.get(i).then()));
        while (!seers.isEmpty()) {
            Operation seer = seers.remove();
            for (int i = stays.nextClearBit(from); i < end; i = stays.nextClearBit(i + 1)) {
                Operation operation = story.get(i).then();
                if (sight.maySee(seer, operation)) {
                    stays.set(i);
                    seers.add(operation);
                }
            }
        }
        return stays.stream().mapToObj(story::get).toList();
    }
}
