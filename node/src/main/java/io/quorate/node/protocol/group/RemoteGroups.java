package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Requests of groups that this node has no part in, or had none when they came. They go to whichever home is thought to lead;
 * one that does not says who does, which may be this node by then, and while nobody knows, the other homes are asked in turn.
 * Not for several threads.
 */
public final class RemoteGroups {
    private final NodeId self;
    private final Function<ReplicaSetId, ImmutableList<NodeId>> homes;
    private final LongSupplier ids;
    private final GroupSettings settings;
    private final GroupRules rules;
    private final Output output;
    private final Map<ReplicaSetId, Remote> groups = new LinkedHashMap<>();

    /** The way to other nodes. */
    public interface Output {
        void send(NodeId to, ReplicaSetId set, GroupMessage message);
    }

    /**
     * None so far.
     *
     * @param homes the other nodes that are homes of a group, in the order of preference
     * @param ids of messages: not used by an earlier run of this node, nor by a group of it
     */
    public RemoteGroups(
            NodeId self,
            Function<ReplicaSetId, ImmutableList<NodeId>> homes,
            LongSupplier ids,
            GroupSettings settings,
            GroupRules rules,
            Output output) {
        this.self = self;
        this.homes = homes;
        this.ids = ids;
        this.settings = settings;
        this.rules = rules;
        this.output = output;
    }

    /** One group, and who is thought to lead it. */
    private final class Remote {
        private final ImmutableList<NodeId> members;
        private final Forwards forwards;
        private int turn;
        /** Whoever was asked last knows of no leader. */
        private boolean astray;
        /** How many answers named another since time last passed: two that name each other go on no longer than that. */
        private int named;

        private long heardAt;

        private Remote(ReplicaSetId set) {
            this.members = homes.apply(set);
            this.forwards =
                    new Forwards(ids, (to, message) -> output.send(to, set, message), rules, settings.askAgainNanos());
        }

        private void add(Call call, long now) {
            if (members.isEmpty()) {
                call.refuse(
                        ErrorCode.UNAVAILABLE,
                        "this node's part in the key's group does not run, and no other has one");
                return;
            }
            if (forwards.size() == 0) {
                heardAt = now;
                if (!forwards.hasLeader()) {
                    forwards.leaderIs(members.get(turn), now);
                }
            }
            forwards.add(call, now);
        }

        private void onNotLeading(NodeId from, GroupMessage.NotLeading answer, long now) {
            heardAt = now;
            NodeId hint = answer.leader();
            if (hint != null && isKnown(hint) && !hint.equals(from) && named < members.size()) {
                named++;
                turn = Math.max(0, members.indexOf(hint));
                forwards.leaderIs(hint, now);
            } else if (forwards.isLed(from)) {
                astray = true;
                forwards.leaderIs(null, now);
            }
            forwards.onNotLeading(from, answer, now);
        }

        private boolean isKnown(NodeId node) {
            return node.equals(self) || members.contains(node);
        }

        private void tick(long now) {
            named = 0;
            boolean silent = forwards.size() > 0 && now - heardAt >= settings.askAgainNanos();
            if (astray || silent) {
                astray = false;
                heardAt = now;
                turn = (turn + 1) % members.size();
                forwards.leaderIs(members.get(turn), now);
            }
            forwards.tick(now);
        }
    }

    /** Takes a request of a client of this node. */
    public void onRequest(LedRequest request, long deadline, Consumer<KeyReply> reply, long now) {
        groups.computeIfAbsent(request.key().set(), Remote::new)
                .add(new Call(request, deadline, false, false, reply), now);
    }

    /** Takes an answer of a home; those to others' questions are passed over. */
    public void onMessage(NodeId from, ReplicaSetId set, GroupMessage message, long now) {
        Remote remote = groups.get(set);
        if (remote == null) {
            return;
        }
        if (message instanceof GroupMessage.Told told) {
            remote.heardAt = now;
            remote.forwards.onTold(told.id(), told.reply());
        } else if (message instanceof GroupMessage.NotLeading answer) {
            remote.onNotLeading(from, answer, now);
        }
    }

    /** Lets time pass. */
    public void tick(long now) {
        groups.values().forEach(remote -> remote.tick(now));
    }

    /** Requests that wait for an answer. */
    public int waiting() {
        return groups.values().stream()
                .mapToInt(remote -> remote.forwards.size())
                .sum();
    }

    /** Ends all that wait; this node can do nothing more for them. */
    public void abandon() {
        groups.values().forEach(remote -> remote.forwards.abandon());
    }
}
