package io.quorate.node.protocol.group;

import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Signs of life between nodes, one for all groups that they share: a leader whose group has nothing to do lets it rest, and
 * from then on this node's pulses stand for that group's heartbeats. The end of a rest is told to each member under a number of
 * the node's; a pulse says what the last number was, so a member's node notices when it was not told, and wakes all that rest
 * under that node.
 *
 * <p>Not for several threads.
 */
public final class Pulses implements NodeLiveness {
    /** Of those that were sent to a node it is known when they were. */
    private static final int SENT_MAX = 64;

    /** Pulses that may stay unanswered, or missing: as many as heartbeats in an election timeout. */
    static final int MISSING_MAX = 4;

    private final long pulseNanos;
    private final long leaseNanos;
    private final Map<NodeId, Peer> peers = new TreeMap<>();
    private long epoch;
    private long now;
    private long tickedAt = Long.MIN_VALUE;

    /** Another node. */
    private static final class Peer {
        /** What was sent there. */
        private long number;

        private long wakes;
        /** The last of those that it has said it heard, in the present epoch. */
        private long echoed = -1;
        /** When the last ones were sent, by their numbers, from the last on that it has said it heard. */
        private final NavigableMap<Long, Long> sentAt = new TreeMap<>();

        /** What has come from there. */
        private long theirEpoch = -1;

        private long theirNumber = -1;
        private long theirWakes;
        private long arrivedAt = Long.MIN_VALUE;
        private long leftAt = Long.MIN_VALUE;
        private long vouchedAt = Long.MIN_VALUE;
        /** Whether it vouches for what rests under it: it is heard, and has told of every end of a rest. */
        private boolean vouching;

        private boolean hearing;
    }

    /**
     * None so far.
     *
     * @param epoch not used by an earlier run of this node
     * @param pulseNanos between the pulses of a node
     */
    public Pulses(long epoch, long pulseNanos) {
        this.epoch = epoch;
        this.pulseNanos = pulseNanos;
        this.leaseNanos = MISSING_MAX * pulseNanos * 3 / 4;
    }

    private Peer peer(NodeId node) {
        return peers.computeIfAbsent(node, id -> new Peer());
    }

    /** The next pulse to a node, to be sent behind all that was given to {@link #number} before. */
    public GroupMessage.Pulse next(NodeId to) {
        Peer peer = peer(to);
        peer.sentAt.put(++peer.number, now);
        if (peer.sentAt.size() > SENT_MAX) {
            peer.sentAt.pollFirstEntry();
        }
        return new GroupMessage.Pulse(
                epoch, peer.number, peer.wakes, peer.theirEpoch, peer.theirNumber, heardNanosAgo());
    }

    /** So long ago all that hear this node heard it; 0 while that is so lately that they are loyal to whoever leads here. */
    private long heardNanosAgo() {
        long oldest = 0;
        for (Peer peer : peers.values()) {
            long heard = heardFrom(peer);
            if (heard != Long.MIN_VALUE && (peer.hearing || hears(peer))) {
                oldest = Math.max(oldest, now - heard);
            }
        }
        return oldest < leaseNanos ? 0 : oldest;
    }

    /** When the last pulse was sent that it has said it heard. */
    private static long heardFrom(Peer peer) {
        Map.Entry<Long, Long> heard = peer.sentAt.floorEntry(peer.echoed);
        return heard == null ? Long.MIN_VALUE : heard.getValue();
    }

    /** The end of a rest, under the number by which it would be missed. */
    public GroupMessage.Wake number(NodeId to, GroupMessage.Wake wake) {
        return new GroupMessage.Wake(wake.term(), ++peer(to).wakes);
    }

    /**
     * The end of a rest comes in, for whatever group.
     *
     * @return false if an earlier one is missing, so that this node's groups must not rest under that one any longer
     */
    public boolean onWake(NodeId from, GroupMessage.Wake wake) {
        Peer peer = peer(from);
        boolean gap = wake.number() > peer.theirWakes + 1;
        peer.theirWakes = Math.max(peer.theirWakes, wake.number());
        return !gap;
    }

    /**
     * A pulse comes in.
     *
     * @param age how long it was under way
     * @return false if this node's groups must not rest under that one any longer: it began anew, or the end of a rest is missing
     */
    public boolean onPulse(NodeId from, GroupMessage.Pulse pulse, long age, long at) {
        now = at;
        Peer peer = peer(from);
        boolean same = pulse.epoch() == peer.theirEpoch;
        if (same && pulse.number() <= peer.theirNumber) {
            return true;
        }
        boolean first = peer.theirEpoch == -1;
        boolean whole = same && pulse.wakes() <= peer.theirWakes;
        peer.theirEpoch = pulse.epoch();
        peer.theirNumber = pulse.number();
        peer.theirWakes = same ? Math.max(peer.theirWakes, pulse.wakes()) : pulse.wakes();
        peer.arrivedAt = at;
        peer.leftAt = at - age;
        peer.vouchedAt = peer.leftAt - pulse.age();
        peer.vouching = true;
        // One that misses the end of a rest, or began anew, rests under this node no more.
        if (pulse.heardEpoch() == epoch && (whole || first)) {
            peer.echoed = Math.max(peer.echoed, Math.min(peer.number, pulse.heardNumber()));
        }
        return whole;
    }

    /**
     * Lets time pass, at least as often as pulses are sent.
     *
     * @return nodes that are not heard any more or do not hear this one, and did when this was asked last: whatever rests with
     *     them has to look for itself
     */
    public List<NodeId> tick(long at) {
        // What came while this node stood still waits to be taken: the others were not silent.
        long stood = tickedAt == Long.MIN_VALUE ? 0 : Math.max(0, at - tickedAt - pulseNanos);
        tickedAt = at;
        now = at;
        List<NodeId> lost = new ArrayList<>();
        peers.forEach((node, peer) -> {
            peer.arrivedAt = peer.arrivedAt == Long.MIN_VALUE ? peer.arrivedAt : Math.min(at, peer.arrivedAt + stood);
            boolean silent = peer.vouching && at - peer.arrivedAt > MISSING_MAX * pulseNanos;
            peer.vouching &= !silent;
            boolean hearing = hears(peer);
            if (silent || (peer.hearing && !hearing)) {
                lost.add(node);
            }
            peer.hearing = hearing;
        });
        return lost;
    }

    private static boolean hears(Peer peer) {
        return peer.vouching && peer.echoed >= 0 && peer.number - peer.echoed <= MISSING_MAX;
    }

    /** A group of this node has ended, and cannot tell: nothing rests under this node's present epoch any longer. */
    public void beginEpoch() {
        epoch++;
        peers.values().forEach(peer -> peer.echoed = -1);
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public boolean vouches(NodeId node, long theirs) {
        Peer peer = peers.get(node);
        return peer != null
                && peer.vouching
                && peer.theirEpoch == theirs
                && now - peer.arrivedAt <= MISSING_MAX * pulseNanos;
    }

    @Override
    public boolean isHeardBy(NodeId node) {
        Peer peer = peers.get(node);
        return peer != null && hears(peer);
    }

    @Override
    public long heardFrom(NodeId node) {
        Peer peer = peers.get(node);
        return peer == null ? Long.MIN_VALUE : heardFrom(peer);
    }

    @Override
    public long vouchedAt(NodeId node) {
        Peer peer = peers.get(node);
        return peer == null ? Long.MIN_VALUE : peer.vouchedAt;
    }

    @Override
    public long heardAt(NodeId node) {
        Peer peer = peers.get(node);
        return peer == null ? Long.MIN_VALUE : peer.leftAt;
    }
}
