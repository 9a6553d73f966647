package io.quorate.bench.load;

/** What one client does in a phase, step by step. Called by one thread. */
@FunctionalInterface
interface ClientTask {
    /** Does one step and counts its operations; false, with nothing done, when no step is left. */
    boolean step(Tally tally);
}
