package io.quorate.node.protocol.quorum;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.pace.ResendTimes;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings one write, already made durable at this home, to the other homes and answers once its level is reached or cannot
 * be reached any more. After the answer it goes on until every home has it, or until some time after the deadline.
 *
 * <p>Dynamo, section 4.5 (DeCandia et al., 2007), with strict quorums: only homes count.
 */
public final class WriteCoordinator {
    /** How long after its deadline a write is still offered to homes that have not taken it. */
    static final long GO_ON_NANOS = 5_000_000_000L;

    private final Map<NodeId, Replica> homes = new LinkedHashMap<>();
    private final NodeId self;
    private final int need;
    private final Written written;
    private final long started;
    private final long deadline;
    private final ResendTimes resends;
    private final Port port;
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

        private long micros;

        private Replica(State state, long sentAt) {
            this.state = state;
            this.sentAt = sentAt;
        }
    }

    /**
     * A write that is durable here and nowhere else yet.
     *
     * @param reachable the homes that are worth sending to now
     */
    public WriteCoordinator(
            NodeId self,
            List<NodeId> homes,
            Set<NodeId> reachable,
            int need,
            Written written,
            long started,
            long deadline,
            ResendTimes resends,
            Port port) {
        this.self = self;
        this.need = need;
        this.written = written;
        this.started = started;
        this.deadline = deadline;
        this.resends = resends;
        this.port = port;
        for (NodeId home : homes) {
            boolean sends = home.equals(self) || reachable.contains(home);
            this.homes.put(home, new Replica(sends ? State.WAITING : State.UNREACHABLE, started));
        }
    }

    /** The local write is durable: sends to the others. */
    public void start(long now) {
        homes.forEach((home, replica) -> {
            if (!home.equals(self) && replica.state == State.WAITING) {
                send(home, replica, now);
            }
        });
        answered(self, Status.OK, now);
    }

    /** A home has made the write durable, or says why it cannot. */
    public void answered(NodeId home, Status status, long now) {
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
        decide();
    }

    /** Sends again what has no answer; true when nothing is left to do. */
    public boolean tick(long now, Set<NodeId> reachable) {
        if (now >= deadline && !answered) {
            refuse(
                    ErrorCode.TIMEOUT,
                    "the deadline passed with " + count(State.ACKED) + " of " + need
                            + " acknowledgements; the write goes on. Read before you retry, or retry with the same"
                            + " idempotency key");
        }
        if (now >= deadline + GO_ON_NANOS) {
            return true;
        }
        boolean waiting = false;
        for (Map.Entry<NodeId, Replica> entry : homes.entrySet()) {
            Replica replica = entry.getValue();
            if (replica.state == State.ACKED || replica.state == State.FAILED) {
                continue;
            }
            waiting = true;
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
        return !waiting && answered;
    }

    private void send(NodeId home, Replica replica, long now) {
        replica.sentAt = now;
        replica.lapsed |= !port.replicate(home);
    }

    private void decide() {
        if (answered) {
            return;
        }
        int acked = count(State.ACKED);
        if (acked >= need) {
            answered = true;
            KeyReply.Reached reached = new KeyReply.Reached(need, acked, acked, 0, written.siblings(), results(false));
            port.reply(new KeyReply.WriteDone(written.context(), written.digest(), reached));
        } else if (acked + count(State.WAITING) < need) {
            refuse(
                    ErrorCode.LEVEL_NOT_REACHED,
                    "only " + acked + " of " + need + " replicas took the write and the others cannot");
        }
    }

    private void refuse(ErrorCode code, String detail) {
        answered = true;
        port.reply(new KeyReply.Refused(
                code, Outcome.MAYBE_APPLIED, detail, need, count(State.ACKED), results(true), null));
    }

    private int count(State state) {
        int count = 0;
        for (Replica replica : homes.values()) {
            count += replica.state == state ? 1 : 0;
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
        return results.build();
    }
}
