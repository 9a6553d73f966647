package io.quorate.node.storage;

/** Hears of every batch that goes to disk, on the writer's thread. */
public interface WriteObserver {
    WriteObserver NONE = (commits, nanos) -> {};

    /** {@code commits} changes went to disk together, in {@code nanos} with their fsync. */
    void wrote(int commits, long nanos);
}
