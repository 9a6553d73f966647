package io.quorate.node;

import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.storage.WriteObserver;
import io.quorate.ring.topology.NodeId;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what the store does, and tells the log when the disk becomes full, has room again, or fails. */
final class DiskEvents implements WriteObserver {
    private static final Logger LOG = LoggerFactory.getLogger(DiskEvents.class);

    private final NodeId self;
    private final NodeMetrics metrics;
    private final Consumer<String> onFailure;
    private final AtomicBoolean full = new AtomicBoolean();

    DiskEvents(NodeId self, NodeMetrics metrics, Consumer<String> onFailure) {
        this.self = self;
        this.metrics = metrics;
        this.onFailure = onFailure;
        metrics.gauge(
                "quorate.disk.full", "1 while this node takes no writes for want of room", () -> full.get() ? 1 : 0);
    }

    @Override
    public void wrote(int commits, long nanos) {
        metrics.groupCommit(commits, nanos);
    }

    @Override
    public void full(String why) {
        if (!full.getAndSet(true)) {
            LOG.error("{}: disk full: {}", self, why);
        }
    }

    @Override
    public void room() {
        if (full.getAndSet(false)) {
            LOG.info("{}: the disk has room again; writes go on", self);
        }
    }

    @Override
    public void failed(String why) {
        onFailure.accept(why);
    }
}
