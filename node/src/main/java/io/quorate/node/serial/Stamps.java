package io.quorate.node.serial;

import io.quorate.node.protocol.pace.Transits;
import io.quorate.ring.topology.NodeId;
import java.util.function.LongSupplier;

/** Stamps the frames of one node and tells the age of those that come in, on whatever lane. Safe from any thread. */
public final class Stamps {
    private final int boot;
    private final LongSupplier nanoClock;
    private final Transits transits;

    /**
     * For one run of a node.
     *
     * @param boot a number that earlier runs have not used, such as a random one
     */
    public Stamps(int boot, LongSupplier nanoClock, Transits transits) {
        this.boot = boot;
        this.nanoClock = nanoClock;
        this.transits = transits;
    }

    public FrameCodec.Stamp now() {
        return new FrameCodec.Stamp(boot, nanoClock.getAsLong());
    }

    /** Whether the ages of a run's frames can be relied on. */
    public synchronized boolean knows(NodeId from, FrameCodec.Stamp stamp) {
        return transits.knows(from, stamp.boot());
    }

    /** How much longer than the quickest a frame was under way, in nanoseconds. */
    public synchronized long age(NodeId from, FrameCodec.Stamp stamp, long now) {
        return transits.age(from, stamp.boot(), stamp.sentAt(), now);
    }
}
