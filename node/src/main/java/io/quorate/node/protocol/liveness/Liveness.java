package io.quorate.node.protocol.liveness;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.ring.topology.NodeId;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which peers can be talked to, judged by this node alone: a peer is up while its pings arrive and say that it hears us.
 * Both directions count, so a link that is cut one way is down on both sides, steadily.
 *
 * <p>Single-threaded; time comes in. It never waits for anybody, and it never decides about ownership.
 */
public final class Liveness {
    private final NodeId self;
    private final Settings settings;
    private final Map<NodeId, Peer> peers = new TreeMap<>();
    private final long bootId;
    private boolean ticked;
    private long lastTick;
    private boolean waking;
    private long wakingUntil;
    private boolean pinged;
    private long nextPing;

    /**
     * How eager it is.
     *
     * @param intervalNanos between pings to one peer
     * @param suspectNanos without a ping after which a peer is down
     * @param frozenNanos without a tick after which this node takes itself to have been frozen
     */
    public record Settings(long intervalNanos, long suspectNanos, long frozenNanos) {
        public static final Settings DEFAULT = new Settings(250_000_000L, 1_500_000_000L);

        public Settings(long intervalNanos, long suspectNanos) {
            this(intervalNanos, suspectNanos, 1_000_000_000L);
        }
    }

    /** By how much a peer's clock must seem to have moved against this node's monotonic one before it is told on. */
    private static final long CLOCK_MOVED_MILLIS = 1_000;

    /** What a node tells of itself in its pings; see {@link PeerMessage.Ping}. */
    public record Own(
            boolean serving,
            long buckets,
            long epoch,
            long standInMillis,
            long island,
            long wallMillis,
            boolean catchingUp,
            Told told) {}

    /** What is told to one peer and not to others. */
    public interface Told {
        /** Nothing, as of a node that has no disk and keeps nothing for others. */
        Told NOTHING = new Told() {
            @Override
            public PeerMessage.DiskWord disk(NodeId peer) {
                return PeerMessage.DiskWord.NONE;
            }

            @Override
            public long owed(NodeId peer) {
                return 0;
            }
        };

        PeerMessage.DiskWord disk(NodeId peer);

        long owed(NodeId peer);
    }

    /**
     * What is known of a peer that is up.
     *
     * @param clockOffsetMillis what its wall clock is ahead of this node's monotonic clock, to about a second
     * @param disk number of the disk it has now
     * @param catchingUp whether it says that it is behind
     * @param owes whether it keeps writes for this node
     */
    public record PeerInfo(
            long bootId,
            boolean serving,
            long buckets,
            long epoch,
            long standInMillis,
            long island,
            long clockOffsetMillis,
            long disk,
            boolean catchingUp,
            boolean owes) {}

    /** Takes the messages that this machine wants sent. */
    public interface Output {
        void send(NodeId to, PeerMessage.Control message);
    }

    public Liveness(NodeId self, Collection<NodeId> members, long bootId, Settings settings) {
        this.self = self;
        this.bootId = bootId;
        this.settings = settings;
        for (NodeId member : members) {
            if (!member.equals(self)) {
                peers.put(member, new Peer());
            }
        }
    }

    /** Sends the pings that are due; true if a peer went down. */
    public boolean tick(long now, Own own, Output out) {
        noticePause(now);
        boolean changed = false;
        for (Peer peer : peers.values()) {
            changed |= peer.up && !peer.heardWithin(now, settings.suspectNanos());
            peer.up &= peer.heardWithin(now, settings.suspectNanos());
        }
        if (!pinged || now - nextPing >= 0) {
            pinged = true;
            nextPing = now + settings.intervalNanos();
            peers.forEach((id, peer) -> out.send(id, ping(id, peer, now, own)));
        }
        return changed;
    }

    /**
     * Who has slept has heard nobody, which says nothing of the others: they keep a moment in which to be heard. Until then
     * this node tells them that it is not ready, and what they said long ago does not count.
     */
    private void noticePause(long now) {
        if (ticked && now - lastTick > settings.frozenNanos()) {
            waking = true;
            wakingUntil = now + 2 * settings.intervalNanos();
            for (Peer peer : peers.values()) {
                peer.heardSinceWaking = false;
                long atLeast = now - settings.suspectNanos() + 2 * settings.intervalNanos();
                if (peer.up && peer.heardAt - atLeast < 0) {
                    peer.heardAt = atLeast;
                }
            }
        }
        ticked = true;
        lastTick = now;
        if (waking) {
            boolean allHeard = peers.values().stream().allMatch(peer -> peer.heardSinceWaking || !peer.up);
            waking = !allHeard && now - wakingUntil < 0;
        }
    }

    /** Whether this node has just been frozen and has not heard its peers again. */
    public boolean isWaking() {
        return waking;
    }

    /**
     * Takes a peer's ping; true if the peer came up, went down or changed what it says of itself.
     *
     * @param age how long the ping was under way, in nanoseconds
     */
    public boolean onPing(NodeId from, PeerMessage.Ping ping, long age, long now, Own own, Output out) {
        Peer peer = peers.get(from);
        noticePause(now);
        if (peer == null
                || (waking && age > settings.frozenNanos() / 2)
                || (peer.unreachable && now - age - peer.unreachableAt < 0)) {
            return false;
        }
        peer.unreachable = false;
        peer.heardSinceWaking = true;
        boolean firstHeard = !peer.heardWithin(now, settings.suspectNanos());
        PeerInfo before = peer.info;
        long offset = ping.wallMillis() - Math.floorDiv(now - age, 1_000_000L);
        if (before != null && Math.abs(offset - before.clockOffsetMillis()) <= CLOCK_MOVED_MILLIS) {
            offset = before.clockOffsetMillis();
        }
        PeerInfo info = new PeerInfo(
                ping.bootId(),
                ping.serving(),
                ping.buckets(),
                ping.epoch(),
                ping.standInMillis(),
                ping.island(),
                offset,
                ping.disk().own(),
                ping.catchingUp(),
                ping.owed() > 0);
        boolean changed = peer.up != ping.hearsYou()
                || before == null
                || before.bootId() != info.bootId()
                || before.serving() != info.serving()
                || before.island() != info.island()
                || before.clockOffsetMillis() != info.clockOffsetMillis()
                || before.disk() != info.disk()
                || before.catchingUp() != info.catchingUp()
                || before.owes() != info.owes()
                // It stood in again since its last ping, or for the first time.
                || (info.standInMillis() >= 0
                        && (before.standInMillis() < 0 || info.standInMillis() < before.standInMillis()));
        peer.heardAt = now;
        peer.heard = true;
        peer.info = info;
        peer.up = ping.hearsYou();
        if (firstHeard || !ping.hearsYou()) {
            // Answered at once, so that two nodes find each other in one round trip and not in one interval.
            if (peer.mayAnswerAt <= now) {
                peer.mayAnswerAt = now + settings.intervalNanos() / 4;
                out.send(from, ping(from, peer, now, own));
            }
        }
        return changed;
    }

    /** A peer said good-bye; true if it was up. */
    public boolean onBye(NodeId from, PeerMessage.Bye bye) {
        Peer peer = peers.get(from);
        if (peer == null || peer.info == null || peer.info.bootId() != bye.bootId()) {
            return false;
        }
        boolean changed = peer.up;
        peer.up = false;
        peer.heard = false;
        return changed;
    }

    /**
     * Nobody listens at a peer's address: its process has ended, and need not be missed first. Should it have come back
     * meanwhile, its next ping says so; pings that it sent before do not.
     *
     * @return true if it was up
     */
    public boolean onUnreachable(NodeId id, long now) {
        Peer peer = peers.get(id);
        if (peer == null) {
            return false;
        }
        boolean changed = peer.up;
        peer.up = false;
        peer.heard = false;
        peer.unreachable = true;
        peer.unreachableAt = now;
        return changed;
    }

    /** Tells all peers that this node goes down. */
    public void leave(Output out) {
        peers.keySet().forEach(id -> out.send(id, new PeerMessage.Bye(bootId)));
    }

    /** The peers that are up; never this node itself. */
    public ImmutableMap<NodeId, PeerInfo> up() {
        ImmutableMap.Builder<NodeId, PeerInfo> up = ImmutableMap.builder();
        peers.forEach((id, peer) -> {
            PeerInfo info = peer.info;
            if (peer.up && info != null) {
                up.put(id, info);
            }
        });
        return up.build();
    }

    private PeerMessage.Ping ping(NodeId id, Peer peer, long now, Own own) {
        return new PeerMessage.Ping(
                bootId,
                own.serving() && !waking,
                peer.heardWithin(now, settings.suspectNanos()),
                own.buckets(),
                own.epoch(),
                own.standInMillis(),
                own.island(),
                own.wallMillis(),
                own.told().disk(id),
                own.catchingUp(),
                own.told().owed(id));
    }

    @Override
    public String toString() {
        return self + " sees " + up().keySet();
    }

    private static final class Peer {
        private boolean heard;
        private long heardAt;
        private boolean up;
        private boolean heardSinceWaking;
        private boolean unreachable;
        private long unreachableAt;
        private long mayAnswerAt = Long.MIN_VALUE;
        private @Nullable PeerInfo info;

        private boolean heardWithin(long now, long nanos) {
            return heard && now - heardAt <= nanos;
        }
    }
}
