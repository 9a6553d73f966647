package io.quorate.node.storage;

/** Hears of every batch that goes to disk, on the writer's thread. */
public interface WriteObserver {
    WriteObserver NONE = (commits, nanos) -> {};

    /** {@code commits} changes went to disk together, in {@code nanos} with their fsync. */
    void wrote(int commits, long nanos);

    /** No changes are taken from now on, for want of room. */
    default void full(String why) {}

    /** Changes are taken again. */
    default void room() {}

    /** The disk has failed: nothing is written any more, and nobody can say what the last batch has left behind. */
    default void failed(String why) {}
}
