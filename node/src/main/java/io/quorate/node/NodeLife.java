package io.quorate.node;

import io.quorate.ring.topology.NodeId;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node's state is, from its start to its end, and how it ends when it cannot go on. */
final class NodeLife {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLife.class);
    private static final long START_NANOS = 60_000_000_000L;
    private static final String FAILED = "failed";

    static final String SERVING = "serving";

    private final NodeId node;
    private final Consumer<String> onFatal;
    private final Runnable kill;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean begun;
    private volatile String state = "starting";

    /**
     * A life that has not begun.
     *
     * @param onFatal told why, when a fault has ended the node
     * @param kill ends the node at once
     */
    NodeLife(NodeId node, Consumer<String> onFatal, Runnable kill) {
        this.node = node;
        this.onFatal = onFatal;
        this.kill = kill;
    }

    /** {@code starting serving leaving failed}. */
    String state() {
        return state;
    }

    /** Whether the node has been told to end. */
    boolean isOver() {
        return over.get();
    }

    /** The node has been put together. */
    void begins(boolean sound) {
        if (!state.equals(FAILED)) {
            state = sound ? SERVING : FAILED;
        }
        begun = true;
    }

    /** True for the first who ends it. */
    boolean ends() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        if (!state.equals(FAILED)) {
            state = "leaving";
        }
        return true;
    }

    /** If nobody stopped the node, this is a fault of the program or of its disk. */
    void actorEnded(String actor) {
        if (!over.get()) {
            state = FAILED;
            LOG.error(
                    "{}: its {} actor ended by the error above; the node serves nothing any more until it is started"
                            + " again. What was acknowledged is on disk",
                    node,
                    actor);
            tellFatal("its " + actor + " actor ended by a fault; the log says which");
        }
    }

    /** A failed write or fsync is never tried again: nobody knows what the disk has, and the next start reads it. */
    void diskFailed(String why) {
        if (!over.get()) {
            state = FAILED;
            LOG.error(
                    "{}: its disk failed ({}); the node ends itself and writes nothing more. What was acknowledged is on"
                            + " disk: mend or replace the disk and start the node again",
                    node,
                    why);
            tellFatal("its disk failed: " + why);
        }
    }

    void outOfMemory(String what) {
        if (!over.get() && !state.equals(FAILED)) {
            state = FAILED;
            LOG.error(
                    "{}: out of memory ({}); the node ends itself. Give it more, or lower limits.bytes-in-flight",
                    node,
                    what);
            tellFatal("out of memory: " + what);
        }
    }

    /** On a thread of its own, because the one that brings the news is waited for when the node is killed. */
    private void tellFatal(String why) {
        Wiring.threads("fatal-" + node)
                .newThread(() -> {
                    try {
                        // It may come while the node is still being put together.
                        Wiring.await(() -> begun || over.get(), START_NANOS);
                        kill.run();
                    } finally {
                        onFatal.accept("node " + node + " has ended: " + why);
                    }
                })
                .start();
    }
}
