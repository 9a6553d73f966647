package io.quorate.node.actor;

import io.quorate.node.protocol.store.PartitionStore.Completion;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What reaches a {@link ShardActor} beside its mailbox, because it must not be lost when that is full: finished commits,
 * the requests of this node's own clients, and what is new of peers and buckets. The store and the door bound how many
 * there are. Safe from any thread.
 */
public final class ShardInlet {
    private final Queue<Completion> completions = new ConcurrentLinkedQueue<>();
    private final Queue<ShardMessage.Submit> submits = new ConcurrentLinkedQueue<>();
    private final AtomicReference<ShardMessage.@Nullable News> news = new AtomicReference<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean stopping;
    private volatile Runnable wake = () -> {};

    public void add(Completion completion) {
        completions.add(completion);
        wake();
    }

    public void add(ShardMessage.Submit submit) {
        submits.add(submit);
        wake();
    }

    /** Replaces what has not been taken yet. */
    public void add(ShardMessage.News newest) {
        news.set(newest);
        wake();
    }

    /** Has the actor end. */
    public void stop() {
        stopping = true;
        woken.set(true);
        wake.run();
    }

    boolean isStopping() {
        return stopping;
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            wake.run();
        }
    }

    /** Names what tells the actor that something waits, once for any number of things. */
    void onWake(Runnable action) {
        wake = action;
    }

    /** What waits now and what comes later; to be called before the queues are emptied, so that nothing is overlooked. */
    void rearm() {
        woken.set(false);
    }

    /** The queues were not emptied: what is left is told of again. */
    void wakeForRest() {
        wake();
    }

    ShardMessage.@Nullable News takeNews() {
        return news.getAndSet(null);
    }

    Queue<Completion> completions() {
        return completions;
    }

    Queue<ShardMessage.Submit> submits() {
        return submits;
    }
}
