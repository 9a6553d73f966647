package io.quorate.bench.sim.group;

/** Something that some runs have besides clients, with laws of its own. It draws random numbers of its own. */
interface Extra {
    void begin();

    /** A node has started, for the first time or anew, or takes part from now on. */
    default void started(GroupNode node) {}

    /** Everything heals: nothing more is asked for. */
    void stop();

    /** Whether what it waits for has come. */
    default boolean isDone() {
        return true;
    }

    /** Holds the end of a run against its laws; all replicas are equal. */
    void check();
}
