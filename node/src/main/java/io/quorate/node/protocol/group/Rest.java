package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.raft.Role;
import io.quorate.ring.topology.NodeId;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether a group rests: it has nothing to do, all members that can be reached have the same log, and they agree that nothing is
 * sent until there is. Meanwhile the pulses of the leader's node stand for heartbeats. Whoever cannot rely on them any more
 * wakes up, and goes on as if it had heard heartbeats until then; so a rest never costs safety, only time.
 */
final class Rest {
    private final NodeId self;
    private final RaftCore core;
    private final NodeLiveness liveness;
    private final BiConsumer<NodeId, GroupMessage> send;
    private final long idleNanos;
    private final long patienceNanos;

    private long activeAt;
    /** Members that were asked to rest and have not been told of the end of it. */
    private final Set<NodeId> asked = new TreeSet<>();

    private final Set<NodeId> agreed = new TreeSet<>();
    private long askedAt;
    /** Under whom this member rests; itself if it leads. */
    private @Nullable NodeId under;

    private long underEpoch;
    /** As of when all that rested under this member did, at the end of the last rest. */
    private long followedAt = Long.MIN_VALUE;

    /** Awake. */
    Rest(
            NodeId self,
            RaftCore core,
            NodeLiveness liveness,
            BiConsumer<NodeId, GroupMessage> send,
            GroupSettings settings,
            long now) {
        this.self = self;
        this.core = core;
        this.liveness = liveness;
        this.send = send;
        this.idleNanos = settings.idleNanos();
        this.patienceNanos = settings.raft().electionNanos();
        this.activeAt = now;
    }

    boolean isResting() {
        return under != null;
    }

    /** As of when the leader's node vouches that nothing has happened since the rest began; the beginning of time if it does not. */
    long vouchedAt() {
        NodeId leader = under;
        return leader != null && !leader.equals(self) && liveness.vouches(leader, underEpoch)
                ? liveness.vouchedAt(leader)
                : Long.MIN_VALUE;
    }

    /**
     * When a quorum rested under this member for certain: whoever goes on by itself says so, and what it said is missed if it
     * does not arrive. The beginning of time if none ever did.
     */
    long followedAt(long now) {
        return self.equals(under)
                ? core.configuration().quorumIndex(each -> {
                    long heard = asked.contains(each) ? liveness.heardFrom(each) : Long.MIN_VALUE;
                    return each.equals(self) ? now : heard;
                })
                : followedAt;
    }

    /** There is something to do: whoever rests with this member is told. */
    void active(long now) {
        activeAt = now;
        followedAt = followedAt(now);
        if (!asked.isEmpty()) {
            asked.forEach(each -> send.accept(each, new GroupMessage.Wake(core.term(), 0)));
            asked.clear();
            agreed.clear();
        }
        wakeAlone(now, now);
    }

    private void wake(long heardAt, long now) {
        if (under != null) {
            under = null;
            core.wake(heardAt, now);
        }
    }

    /** Goes on though the leader may rest: that one relies on this member until it is told otherwise. */
    private void wakeAlone(long heardAt, long now) {
        NodeId leader = under;
        wake(heardAt, now);
        if (leader != null && !leader.equals(self)) {
            send.accept(leader, new GroupMessage.Wake(core.term(), 0));
        }
    }

    /** A message of the core comes in: all but what a rest lets pass ends it. */
    void onRaft(NodeId from, RaftMessage message, long now) {
        NodeId leader = under;
        if (leader == null) {
            if (message instanceof RaftMessage.PreVote || message instanceof RaftMessage.Vote) {
                // Somebody does not know of the leader.
                active(now);
            }
        } else if (leader.equals(self)) {
            if (!isAnswer(message) || message.term() > core.term()) {
                active(now);
            }
        } else if (!isOfRest(from, leader, message)) {
            wakeAlone(now, now);
        }
    }

    private static boolean isAnswer(RaftMessage message) {
        return message instanceof RaftMessage.Alive
                || message instanceof RaftMessage.Appended
                || message instanceof RaftMessage.PreVoted
                || message instanceof RaftMessage.Voted;
    }

    /** The leader's last heartbeat may come late, and whom it refuses is refused here too. */
    private boolean isOfRest(NodeId from, NodeId leader, RaftMessage message) {
        return from.equals(leader)
                ? message instanceof RaftMessage.Heartbeat heartbeat
                        && heartbeat.term() == core.term()
                        && heartbeat.newest() <= core.commit()
                : message instanceof RaftMessage.PreVote;
    }

    /** Takes a message about rests; false if it is none. */
    boolean onMessage(NodeId from, GroupMessage message, long now) {
        if (message instanceof GroupMessage.Sleep sleep) {
            onSleep(from, sleep, now);
        } else if (message instanceof GroupMessage.Sleeping answer) {
            onSleeping(from, answer);
        } else if (message instanceof GroupMessage.Wake) {
            onWake(from, now);
        } else {
            return false;
        }
        return true;
    }

    private void onSleep(NodeId from, GroupMessage.Sleep sleep, long now) {
        boolean agrees = core.role() == Role.FOLLOWER
                && core.term() == sleep.term()
                && from.equals(core.leader())
                && core.lastIndex() == sleep.index()
                && core.commit() == sleep.index()
                && liveness.vouches(from, sleep.epoch());
        if (agrees) {
            under = from;
            underEpoch = sleep.epoch();
            core.rest(now);
            send.accept(from, new GroupMessage.Sleeping(sleep.term(), sleep.index(), sleep.epoch()));
        }
    }

    private void onSleeping(NodeId from, GroupMessage.Sleeping answer) {
        if (asked.contains(from)
                && core.role() == Role.LEADER
                && core.term() == answer.term()
                && core.lastIndex() == answer.index()
                && liveness.epoch() == answer.epoch()) {
            agreed.add(from);
        }
    }

    private void onWake(NodeId from, long now) {
        if (from.equals(under)) {
            wake(now, now);
        } else if (asked.contains(from)) {
            active(now);
        }
    }

    /** A node does not vouch for its groups any more, or does not hear this one. */
    void lost(NodeId node, long now) {
        NodeId leader = under;
        if (node.equals(leader)) {
            wakeAlone(Math.max(liveness.heardAt(node), now - patienceNanos), now);
        } else if (asked.contains(node)) {
            active(now);
        }
    }

    /**
     * Lets time pass.
     *
     * @param idle whether nothing is to be done but by the core
     */
    void tick(boolean idle, long now) {
        if (under != null) {
            return;
        }
        if (!idle || !core.isSettled()) {
            if (core.role() == Role.LEADER || !asked.isEmpty()) {
                active(now);
            }
        } else if (!asked.isEmpty()) {
            if (agreed.containsAll(asked)) {
                under = self;
                core.rest(now);
            } else if (now - askedAt >= patienceNanos) {
                active(now);
            }
        } else if (now - activeAt >= idleNanos) {
            ask(now);
        }
    }

    /** All that can be reached, if they are a quorum with this one and lack nothing. */
    private void ask(long now) {
        Set<NodeId> reached = new TreeSet<>();
        for (NodeId each : core.configuration().members()) {
            RaftCore.Standing standing = core.standingOf(each);
            if (standing != null && liveness.isHeardBy(each)) {
                if (standing.match() < core.lastIndex()) {
                    activeAt = now;
                    return;
                }
                reached.add(each);
            }
        }
        if (!core.configuration().isQuorum(voter -> voter.equals(self) || reached.contains(voter))) {
            activeAt = now;
            return;
        }
        askedAt = now;
        asked.addAll(reached);
        reached.forEach(
                each -> send.accept(each, new GroupMessage.Sleep(core.term(), core.lastIndex(), liveness.epoch())));
        if (reached.isEmpty()) {
            under = self;
            core.rest(now);
        }
    }
}
