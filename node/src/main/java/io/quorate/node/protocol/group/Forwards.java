package io.quorate.node.protocol.group;

import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests that this node hands on to the leader of their group. One that has no answer goes again, to whoever leads by then:
 * a write bears a request id that the group remembers, so it is made once. While nobody is known to lead they wait here.
 */
final class Forwards {
    /** What may wait for an answer or for a leader; more are refused. */
    static final int WAITING_MAX = 20_000;

    private static final long NEVER = Long.MIN_VALUE;

    private final Set<Handed> waiting = new LinkedHashSet<>();
    /** Each time that a call was sent, under a number of its own. */
    private final Map<Long, Handed> asked = new HashMap<>();

    private final LongSupplier ids;
    private final BiConsumer<NodeId, GroupMessage> send;
    private final GroupRules rules;
    private final long againNanos;
    private @Nullable NodeId leader;

    /** A call, and whom it was sent to; null while it waits for a leader. */
    private static final class Handed {
        private final Call call;
        private @Nullable NodeId to;
        private long sentAt = NEVER;
        /** Each time that it was sent without being told that nothing came of that: what was lost counts too. */
        private final Set<Long> open = new LinkedHashSet<>();

        private Handed(Call call) {
            this.call = call;
        }
    }

    /**
     * None so far.
     *
     * @param ids of messages: not used by an earlier run of this node
     * @param againNanos after so long without an answer it is sent again
     */
    Forwards(LongSupplier ids, BiConsumer<NodeId, GroupMessage> send, GroupRules rules, long againNanos) {
        this.ids = ids;
        this.send = send;
        this.rules = rules;
        this.againNanos = againNanos;
    }

    /** Hands a call on, or keeps it until somebody leads. */
    void add(Call call, long now) {
        if (waiting.size() >= WAITING_MAX) {
            call.refuse(
                    ErrorCode.OVERLOADED,
                    "too many requests of this partition wait for its leader; retry after a moment");
            return;
        }
        Handed handed = new Handed(call);
        waiting.add(handed);
        sendIfLed(handed, now);
    }

    private void sendIfLed(Handed handed, long now) {
        NodeId to = leader;
        if (to == null || handed.call.isOver(now)) {
            return;
        }
        LedRequest request = handed.call.request();
        handed.to = to;
        handed.sentAt = now;
        long id = ids.getAsLong();
        handed.open.add(id);
        asked.put(id, handed);
        int millisLeft = (int) Math.min(Integer.MAX_VALUE, (handed.call.deadline() - now) / 1_000_000);
        send.accept(
                to,
                new GroupMessage.Ask(
                        id, request instanceof LedRequest.Write write ? write.remembered() : request, millisLeft));
    }

    boolean hasLeader() {
        return leader != null;
    }

    /** Whether that node is the one that is thought to lead. */
    boolean isLed(NodeId by) {
        return by.equals(leader);
    }

    /** Somebody else leads by now, or nobody is known to. */
    void leaderIs(@Nullable NodeId next, long now) {
        if (next == null || next.equals(leader)) {
            leader = next;
            return;
        }
        leader = next;
        for (Handed handed : List.copyOf(waiting)) {
            if (!next.equals(handed.to)) {
                sendIfLed(handed, now);
            }
        }
    }

    /** This node leads by now: what waits is its own to do. */
    List<Call> takeAll() {
        List<Call> calls = new ArrayList<>();
        for (Handed handed : waiting) {
            LedRequest request = handed.call.request();
            calls.add(
                    request instanceof LedRequest.Write write && !handed.open.isEmpty()
                            ? new Call(
                                    write.remembered(),
                                    handed.call.deadline(),
                                    handed.call.handedOn(),
                                    rules.recallsEarlierAsks(),
                                    handed.call.reply())
                            : handed.call);
        }
        waiting.clear();
        asked.clear();
        leader = null;
        return calls;
    }

    /**
     * An answer. That of a node which says that it did nothing is none while another was asked too and may have done it; what
     * the group itself decided stands for all.
     */
    void onTold(long id, KeyReply reply) {
        Handed handed = asked.remove(id);
        if (handed == null) {
            return;
        }
        handed.open.remove(id);
        if (!didNothing(reply) || !handed.call.request().writes() || rules.decides(handed.open.size())) {
            forget(handed);
            handed.call.answer(reply);
        }
    }

    private void forget(Handed handed) {
        waiting.remove(handed);
        handed.open.forEach(asked::remove);
    }

    private static boolean didNothing(KeyReply reply) {
        return reply instanceof KeyReply.Refused refused
                && refused.outcome() == Outcome.NOT_APPLIED
                && refused.code() != ErrorCode.PRECONDITION_FAILED
                && refused.code() != ErrorCode.IDEMPOTENCY_CONFLICT;
    }

    /** Whoever was asked does not lead: it has done nothing. The call goes once somebody else is known to lead. */
    void onNotLeading(NodeId from, GroupMessage.NotLeading answer, long now) {
        Handed handed = asked.remove(answer.id());
        if (handed == null) {
            return;
        }
        handed.open.remove(answer.id());
        if (!from.equals(handed.to)) {
            return;
        }
        handed.to = null;
        NodeId next = leader;
        if (next != null && !next.equals(from)) {
            sendIfLed(handed, now);
        }
    }

    void tick(long now) {
        for (Handed handed : List.copyOf(waiting)) {
            if (handed.call.isOver(now)) {
                forget(handed);
                end(handed);
            } else if (leader != null && (handed.sentAt == NEVER || now - handed.sentAt >= againNanos)) {
                sendIfLed(handed, now);
            }
        }
    }

    private static void end(Handed handed) {
        if (!handed.open.isEmpty()) {
            handed.call.timeOut(
                    "the deadline passed and " + handed.to + ", which leads the key's group, has not answered;"
                            + " a retry with the same idempotency key is safe");
        } else {
            handed.call.refuse(
                    ErrorCode.NO_LEADER,
                    "no leader of the key's group was known within the deadline; nothing was done. Retry, or ask a node of"
                            + " the majority");
        }
    }

    int size() {
        return waiting.size();
    }

    /** Ends all that wait; this node can do nothing more for them. */
    void abandon() {
        List<Handed> all = List.copyOf(waiting);
        waiting.clear();
        asked.clear();
        all.forEach(Forwards::end);
    }
}
