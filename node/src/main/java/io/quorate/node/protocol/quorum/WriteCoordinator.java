package io.quorate.node.protocol.quorum;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.pace.ResendTimes;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings one write, already made durable at this home, to the other homes and answers once its level is reached or cannot
 * be reached any more. After the answer it goes on until every home has it, or until some time after the deadline.
 *
 * <p>Dynamo, sections 4.5 and 4.6 (DeCandia et al., 2007). Where the quorum may be sloppy, other nodes stand in for homes
 * that cannot be reached: each keeps the write for one of them and counts as one node. Where it is strict only homes count.
 * Either way a home that has not taken the write in the end is not forgotten: the write is kept for it.
 */
public final class WriteCoordinator {
    /** How long after its deadline a write is still offered to homes that have not taken it. */
    static final long GO_ON_NANOS = 5_000_000_000L;

    /** A home that is silent for so long has another node stand in for it. */
    private static final long LATE_NANOS = 500_000_000L;

    private final Map<NodeId, Replica> homes = new LinkedHashMap<>();
    private final Map<NodeId, Stand> stands = new LinkedHashMap<>();
    private final Supplier<List<NodeId>> fallbacks;
    /** Of those, who has not been asked; null before anybody was needed. */
    private @Nullable Deque<NodeId> left;

    private final NodeId self;
    private final int need;
    private final Written written;
    private final long started;
    private final long deadline;
    private final ResendTimes resends;
    private final Port port;
    private final long lateAfter;
    private boolean answered;

    /**
     * What the client gets with a success.
     *
     * @param context its own context and the new dot
     * @param siblings live versions here after the write
     * @param digest of those
     */
    public record Written(CausalContext context, int siblings, long digest) {}

    /** What the coordinator wants done. */
    public interface Port {
        /** Sends the write to a home; false if nothing went out, as to one that takes in nothing now. */
        boolean replicate(NodeId home);

        /** Has a node keep the write for a home, so that the level may rest on it. */
        void standIn(NodeId fallback, NodeId home);

        /** Keeps the write here for a home that has not taken it; false if there is no room for that. */
        boolean keep(NodeId home);

        void reply(KeyReply reply);
    }

    private enum State {
        UNREACHABLE,
        WAITING,
        ACKED,
        FAILED
    }

    private static final class Replica {
        private State state;
        private Status status = Status.OK;
        private long sentAt;
        private int resent;
        /** Whether the home was away, or not sent to, in the meantime, so that the time of its answer says nothing. */
        private boolean lapsed;

        /** Whether it has lost its disk since: nobody can tell from which one its answers come, so none counts. */
        private boolean lost;

        /** Whether another node was asked to stand in for it. */
        private boolean stoodFor;
        /** Whether the write is kept here for it, which is left to that once there is an answer. */
        private boolean kept;

        private long micros;

        private Replica(State state, long sentAt) {
            this.state = state;
            this.sentAt = sentAt;
        }

        private boolean counts() {
            return state == State.ACKED && !lost;
        }
    }

    /**
     * A write that is durable here and nowhere else yet.
     *
     * @param reachable the homes that are worth sending to now
     * @param fallbacks nodes that may stand in for homes, in order, asked for when one is needed; none for a strict quorum
     */
    public WriteCoordinator(
            NodeId self,
            List<NodeId> homes,
            Set<NodeId> reachable,
            Supplier<List<NodeId>> fallbacks,
            int need,
            Written written,
            long started,
            long deadline,
            ResendTimes resends,
            Port port) {
        this.self = self;
        this.fallbacks = fallbacks;
        this.need = need;
        this.written = written;
        this.started = started;
        this.deadline = deadline;
        this.resends = resends;
        this.lateAfter = Math.min(LATE_NANOS, (deadline - started) / 3);
        this.port = port;
        for (NodeId home : homes) {
            boolean sends = home.equals(self) || reachable.contains(home);
            this.homes.put(home, new Replica(sends ? State.WAITING : State.UNREACHABLE, started));
        }
    }

    /** The write is durable here if this is a home: sends it to the others. */
    public void start(long now) {
        homes.forEach((home, replica) -> {
            if (!home.equals(self) && replica.state == State.WAITING) {
                send(home, replica, now);
            }
        });
        homes.forEach((home, replica) -> {
            if (replica.state == State.UNREACHABLE && !standIn(home, now)) {
                replica.kept = port.keep(home);
            }
        });
        if (homes.containsKey(self)) {
            answered(self, Status.OK, now);
        } else {
            decide();
        }
    }

    /** Has the next node keep the write for a home; false if there is none. */
    private boolean standIn(NodeId home, long now) {
        if (left == null) {
            left = new ArrayDeque<>(fallbacks.get());
        }
        NodeId fallback = left.poll();
        if (fallback == null) {
            return false;
        }
        stands.put(fallback, new Stand(home, now));
        Replica replica = homes.get(home);
        if (replica != null) {
            replica.stoodFor = true;
        }
        port.standIn(fallback, home);
        return true;
    }

    private void stood(Stand stand, Status status, long now) {
        if (stand.state != Stand.State.WAITING) {
            return;
        }
        stand.state = status == Status.OK ? Stand.State.KEPT : Stand.State.FAILED;
        stand.micros = (now - started) / 1000;
        if (stand.state == Stand.State.FAILED) {
            standIn(stand.home, now);
        }
        decide();
    }

    /** A home has made the write durable, or says why it cannot. */
    public void answered(NodeId home, Status status, long now) {
        Stand stand = stands.get(home);
        if (stand != null) {
            stood(stand, status, now);
            return;
        }
        Replica replica = homes.get(home);
        if (replica == null || replica.state == State.ACKED) {
            return;
        }
        if (replica.state == State.WAITING && !home.equals(self) && !replica.lapsed) {
            if (replica.resent == 0) {
                resends.answered(home, now - replica.sentAt);
            } else {
                resends.answeredRepeated(home);
            }
        }
        replica.state = status == Status.OK ? State.ACKED : State.FAILED;
        replica.status = status;
        replica.micros = (now - started) / 1000;
        if (replica.state == State.FAILED && status != Status.STALE_BUCKET && !answered && !replica.stoodFor) {
            standIn(home, now);
        }
        decide();
    }

    /**
     * A home or a stand-in has lost its disk: what it acknowledged is not there any more, and an answer that comes now may
     * be one that was held up. The new disk gets the write, but this write's level does not rest on it.
     */
    public void lost(NodeId node, long now) {
        Replica replica = homes.get(node);
        if (replica != null && replica.state != State.UNREACHABLE) {
            replica.lost = true;
            replica.lapsed = true;
            if (replica.state == State.ACKED) {
                replica.state = State.WAITING;
                send(node, replica, now);
            }
            if (!answered && !replica.stoodFor) {
                standIn(node, now);
            }
            decide();
        }
        Stand stand = stands.get(node);
        if (stand != null && stand.state != Stand.State.FAILED) {
            stand.state = Stand.State.WAITING;
            stood(stand, Status.FAILED, now);
        }
    }

    /** Ends it: what has not been taken by a home is kept for it. */
    public void leave() {
        homes.forEach((home, replica) -> {
            boolean stoodFor = isStoodFor(home, Stand.State.KEPT);
            boolean missing = replica.lost
                    || replica.state == State.WAITING
                    || replica.state == State.UNREACHABLE
                    || (replica.state == State.FAILED && replica.status != Status.STALE_BUCKET);
            if (missing && !stoodFor && !replica.kept) {
                replica.kept = port.keep(home);
            }
        });
    }

    /** Sends again what has no answer; true when nothing is left to do. */
    public boolean tick(long now, Set<NodeId> reachable) {
        if (now >= deadline && !answered) {
            refuse(
                    ErrorCode.TIMEOUT,
                    "the deadline passed with " + acked() + " of " + need
                            + " acknowledgements; the write goes on. Read before you retry, or retry with the same"
                            + " idempotency key");
        }
        if (now >= deadline + GO_ON_NANOS) {
            leave();
            return true;
        }
        boolean late = !answered && now - started >= lateAfter;
        boolean waiting = false;
        for (Map.Entry<NodeId, Replica> entry : homes.entrySet()) {
            Replica replica = entry.getValue();
            if (replica.state != State.WAITING && replica.state != State.UNREACHABLE) {
                continue;
            }
            waiting |= !answered || !replica.kept;
            if (late && !replica.stoodFor) {
                standIn(entry.getKey(), now);
            }
            boolean reaches = reachable.contains(entry.getKey());
            replica.lapsed |= !reaches;
            boolean due = replica.state == State.UNREACHABLE
                    || resends.isDue(entry.getKey(), now - replica.sentAt, replica.resent, deadline - started);
            if (due && reaches) {
                replica.resent += replica.state == State.WAITING ? 1 : 0;
                replica.state = State.WAITING;
                send(entry.getKey(), replica, now);
            }
        }
        waiting |= tickStands(now, reachable);
        if (!waiting && answered) {
            leave();
            return true;
        }
        return false;
    }

    private boolean tickStands(long now, Set<NodeId> reachable) {
        boolean waiting = false;
        for (Map.Entry<NodeId, Stand> entry : List.copyOf(stands.entrySet())) {
            Stand stand = entry.getValue();
            if (stand.state != Stand.State.WAITING) {
                continue;
            }
            if (!reachable.contains(entry.getKey()) && !entry.getKey().equals(self)) {
                stood(stand, Status.FAILED, now);
                continue;
            }
            waiting = true;
            if (resends.isDue(entry.getKey(), now - stand.sentAt, stand.resent, deadline - started)) {
                stand.resent++;
                stand.sentAt = now;
                port.standIn(entry.getKey(), stand.home);
            }
        }
        return waiting;
    }

    private void send(NodeId home, Replica replica, long now) {
        replica.sentAt = now;
        replica.lapsed |= !port.replicate(home);
    }

    private void decide() {
        if (answered) {
            return;
        }
        int acked = acked();
        if (acked >= need) {
            answered = true;
            int homesAcked = counting();
            KeyReply.Reached reached = new KeyReply.Reached(
                    need, acked, homesAcked, acked - homesAcked, 0, written.siblings(), results(false));
            port.reply(new KeyReply.WriteDone(written.context(), written.digest(), reached));
        } else if (acked + mayStill() < need) {
            refuse(
                    ErrorCode.LEVEL_NOT_REACHED,
                    "only " + acked + " of " + need + " replicas took the write and the others cannot");
        }
    }

    private void refuse(ErrorCode code, String detail) {
        answered = true;
        port.reply(new KeyReply.Refused(code, Outcome.MAYBE_APPLIED, detail, need, acked(), results(true), null));
    }

    /**
     * Homes that have the write, or whose stand-in has: never both, because what is kept for a home goes to it, and then is
     * on one disk again.
     */
    private int acked() {
        return counting() + standing();
    }

    /** Homes not counted yet for which an answer may still come, their own or a stand-in's. */
    private int mayStill() {
        int may = 0;
        for (Map.Entry<NodeId, Replica> entry : homes.entrySet()) {
            Replica replica = entry.getValue();
            if (replica.counts() || isStoodFor(entry.getKey(), Stand.State.KEPT)) {
                continue;
            }
            boolean waits = replica.state == State.WAITING && !replica.lost;
            may += waits || isStoodFor(entry.getKey(), Stand.State.WAITING) ? 1 : 0;
        }
        return may;
    }

    private boolean isStoodFor(NodeId home, Stand.State state) {
        return !stands.isEmpty()
                && stands.values().stream().anyMatch(stand -> stand.home.equals(home) && stand.state == state);
    }

    private int standing() {
        int count = 0;
        for (Map.Entry<NodeId, Replica> entry : homes.entrySet()) {
            count += !entry.getValue().counts() && isStoodFor(entry.getKey(), Stand.State.KEPT) ? 1 : 0;
        }
        return count;
    }

    private int counting() {
        int count = 0;
        for (Replica replica : homes.values()) {
            count += replica.counts() ? 1 : 0;
        }
        return count;
    }

    /** What became of each home; those that are still silent only if that is worth telling. */
    private ImmutableList<KeyReply.ReplicaResult> results(boolean withSilent) {
        ImmutableList.Builder<KeyReply.ReplicaResult> results = ImmutableList.builder();
        homes.forEach((home, replica) -> {
            if (replica.state != State.WAITING || withSilent) {
                results.add(new KeyReply.ReplicaResult(
                        home,
                        switch (replica.state) {
                            case ACKED -> "acked";
                            case WAITING -> "timeout";
                            case UNREACHABLE -> "unreachable";
                            case FAILED -> Results.text(replica.status);
                        },
                        replica.micros));
            }
        });
        stands.forEach((node, stand) -> {
            if (stand.state != Stand.State.WAITING || withSilent) {
                results.add(new KeyReply.ReplicaResult(
                        node,
                        switch (stand.state) {
                            case KEPT -> "hinted";
                            case WAITING -> "timeout";
                            case FAILED -> "error";
                        },
                        stand.micros));
            }
        });
        return results.build();
    }
}
