package io.quorate.node.actor;

import io.quorate.node.protocol.store.PartitionStore.Completion;
import io.quorate.node.transport.Frame;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What reaches a {@link ShardActor} beside its mailbox: finished commits, the requests of this node's own clients, and what
 * is new of peers and buckets, because they must not be lost when that is full (the store and the door bound how many there
 * are); and frames of other nodes, bounded in bytes, because one signal for many of them costs less than a message for
 * each. Safe from any thread.
 */
public final class ShardInlet {
    /** What frames may wait here; more are dropped, and their senders repeat what matters. */
    public static final int FRAME_BYTES_MAX = 64 << 20;

    private final Queue<Completion> completions = new ConcurrentLinkedQueue<>();
    private final Queue<ShardMessage.Submit> submits = new ConcurrentLinkedQueue<>();
    private final Queue<Frame> frames = new ConcurrentLinkedQueue<>();
    private final AtomicInteger frameBytes = new AtomicInteger();
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

    /**
     * Takes a frame without waking the actor: whoever brings frames says so by {@link #framesCame} after the last of several.
     * False if too many wait.
     */
    public boolean add(Frame frame) {
        int size = frame.data().length();
        if (frameBytes.addAndGet(size) > FRAME_BYTES_MAX) {
            frameBytes.addAndGet(-size);
            return false;
        }
        frames.add(frame);
        return true;
    }

    /** To be called when frames have been added and none follows at once. */
    public void framesCame() {
        if (!frames.isEmpty()) {
            wake();
        }
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

    boolean hasFrames() {
        return !frames.isEmpty();
    }

    @Nullable
    Frame nextFrame() {
        Frame frame = frames.poll();
        if (frame != null) {
            frameBytes.addAndGet(-frame.data().length());
        }
        return frame;
    }

    Queue<Completion> completions() {
        return completions;
    }

    Queue<ShardMessage.Submit> submits() {
        return submits;
    }
}
