package io.quorate.bench.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What clients asked of keys of a leader bucket, and what they were told. In the end each key's history has to be
 * linearizable, and no session may ever have gone back.
 *
 * <p>For several threads. Times are nanoseconds of one clock.
 */
public class LedHistories {
    /** Some seconds, and some hundred megabytes at most. */
    private static final long STEPS_MAX = 400_000;

    private final Map<String, History> keys = new LinkedHashMap<>();
    private long readsOfSessions;

    private static final class History {
        private final List<Operation> linearizable = new ArrayList<>();
        private final List<Operation> ofSessions = new ArrayList<>();
    }

    /** Something that has to fit into the one order of its key. Its process is a session, too, which has learnt from the answer. */
    public synchronized void add(String key, Operation told) {
        History history = keys.computeIfAbsent(key, k -> new History());
        history.linearizable.add(told);
        history.ofSessions.add(told);
    }

    /** A read that promises no more than not to go back behind what its session has seen. */
    public synchronized void addOfSession(String key, Operation told) {
        keys.computeIfAbsent(key, k -> new History()).ofSessions.add(told);
        readsOfSessions += told.matters() ? 1 : 0;
    }

    public synchronized List<String> keys() {
        return List.copyOf(keys.keySet());
    }

    /** How many operations have to fit into the order of their key. */
    public synchronized long operations() {
        return keys.values().stream()
                .flatMap(history -> history.linearizable.stream())
                .filter(Operation::matters)
                .count();
    }

    /** How many reads only sessions are held against. */
    public synchronized long readsOfSessions() {
        return readsOfSessions;
    }

    /** What does not fit, in words, with the operations that show it; empty if all does. */
    public synchronized List<String> check() {
        List<String> wrong = new ArrayList<>();
        keys.forEach((key, history) -> {
            Verdict verdict = LinearizabilityCheck.check(history.linearizable, STEPS_MAX);
            if (!(verdict instanceof Verdict.Ok)) {
                wrong.add(key + " is not known to be linearizable, with " + history.linearizable.size()
                        + " operations: " + verdict);
            }
            SessionCheck.check(history.ofSessions).forEach(back -> wrong.add("a session of " + key + ": " + back));
        });
        return wrong;
    }
}
