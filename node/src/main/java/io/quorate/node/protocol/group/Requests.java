package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.raft.Role;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import java.util.List;
import java.util.function.Supplier;

/**
 * Requests that are under way at this node: writes go into the log, reads to the state machine, and what only the leader can
 * answer goes there. Each is answered once.
 */
final class Requests {
    private final Group.Around around;
    private final GroupSettings settings;
    private final Group.Output output;
    private final RaftCore core;
    private final Supplier<StateMachine> machine;
    private final Rest rest;
    private final Reach reach;
    private final Gathered gathered;
    private final Proposals proposals;
    private final KeyReads reads;
    private final Forwards forwards;
    private final Peeks peeks;
    private final CommitTimes commitTimes = new CommitTimes();
    private final LogClock clock = new LogClock();

    /** None so far. */
    Requests(
            Group.Around around,
            GroupSettings settings,
            GroupRules rules,
            Group.Output output,
            RaftCore core,
            Supplier<StateMachine> machine,
            Rest rest) {
        this.around = around;
        this.settings = settings;
        this.output = output;
        this.core = core;
        this.machine = machine;
        this.rest = rest;
        this.reach = new Reach(core, around.liveness(), rest, settings);
        this.proposals = new Proposals(around.self(), reach::voters);
        this.gathered = new Gathered(settings.requestsMax());
        this.reads = new KeyReads(core, machine, proposals, rest, rules);
        this.forwards = new Forwards(around.ids(), output::send, rules, settings.askAgainNanos());
        this.peeks = new Peeks(around, output);
    }

    /** Takes one up, unless too many are under way. */
    void take(Call call, long now) {
        if (proposals.size() + reads.size() + gathered.size() >= settings.waitingMax()) {
            call.refuse(
                    ErrorCode.OVERLOADED, "too many requests of this partition are under way; retry after a moment");
        } else {
            begin(call, now);
        }
    }

    private void begin(Call call, long now) {
        LedRequest request = call.request();
        if (request instanceof LedRequest.Explain) {
            peeks.begin(call, core, now);
        } else if (request instanceof LedRequest.Read read && reads.isFreshEnough(read, now)) {
            reads.followerRead(call, read, now);
        } else if (core.role() != Role.LEADER) {
            handOn(call, now);
        } else if (request instanceof LedRequest.Write write) {
            gather(call, write);
        } else {
            rest.active(now);
            reads.leaderRead(call, (LedRequest.Read) request, now);
        }
    }

    private void gather(Call call, LedRequest.Write write) {
        NodeId missing = write.level() == WriteLevel.SYNC ? reach.missingVoter() : null;
        if (missing == null) {
            gathered.add(call);
        } else {
            Reach.refuse(call, missing);
        }
    }

    /** To the leader. Where that is this node, it has what a read waits for once it is confirmed, or nobody has. */
    private void handOn(Call call, long now) {
        if (core.role() == Role.LEADER && call.request() instanceof LedRequest.Read read) {
            rest.active(now);
            reads.leaderRead(call, read, now);
        } else if (call.handedOn()) {
            NodeId leader = core.leader();
            call.answer(new KeyReply.NotLed(leader == null || leader.equals(around.self()) ? null : leader));
        } else {
            forwards.add(call, now);
        }
    }

    /** Adds a write of the leader's own, to be proposed with what has gathered. */
    void add(Call write) {
        gathered.add(write);
    }

    /** Writes that are not made yet. */
    int writes() {
        return gathered.size() + proposals.size();
    }

    /** All that wait for this node. */
    int waiting() {
        return writes() + reads.size() + forwards.size();
    }

    /** Whether nothing is being explained; time has to pass for what is. */
    boolean explainsNothing() {
        return peeks.isIdle();
    }

    KeyReads reads() {
        return reads;
    }

    Proposals proposals() {
        return proposals;
    }

    /** Takes a message about a request; false if it is none. */
    boolean onMessage(NodeId from, GroupMessage message, long now) {
        if (message instanceof GroupMessage.Ask ask) {
            onAsk(from, ask, now);
        } else if (message instanceof GroupMessage.Told told) {
            forwards.onTold(told.id(), told.reply());
        } else if (message instanceof GroupMessage.NotLeading answer) {
            forwards.onNotLeading(from, answer, now);
        } else if (message instanceof GroupMessage.Look look) {
            peeks.onLook(from, look, machine.get());
        } else if (message instanceof GroupMessage.Looked looked) {
            peeks.onLooked(from, looked, now);
        } else {
            return false;
        }
        return true;
    }

    private void onAsk(NodeId from, GroupMessage.Ask ask, long now) {
        long id = ask.id();
        long deadline = now + ask.millisLeft() * 1_000_000L;
        take(
                new Call(
                        ask.request(),
                        deadline,
                        true,
                        false,
                        reply -> output.send(from, GroupMessage.answer(id, reply))),
                now);
    }

    /**
     * Proposes what has gathered, or hands it on where another leads by now.
     *
     * @param room whether this node has memory for more
     */
    void propose(boolean room, long now) {
        if (gathered.isEmpty() || core.isHandingOver()) {
            return;
        }
        if (core.role() == Role.LEADER) {
            rest.active(now);
            if (room) {
                if (gathered.propose(core, machine.get(), around, proposals, clock.at(now), now)) {
                    commitTimes.proposed(core.lastIndex(), now);
                }
            } else {
                gathered.refuse("the logs of all groups of this node take up all the memory that they may");
            }
        } else {
            gathered.takeAll().forEach(call -> handOn(call, now));
        }
    }

    /** More is committed and applied, and reads are confirmed or not. */
    void advanced(List<Ready.Read> confirmed, long now) {
        commitTimes.committed(core.commit(), now, output::committed);
        for (Ready.Read read : confirmed) {
            Call failed = reads.confirmed(read);
            if (failed != null) {
                handOn(failed, now);
            }
        }
        reads.applied(now);
    }

    /** This node leads by now: what waits for a leader is its own to do. */
    void lead(long now) {
        clock.lead(machine.get().millis(), now);
        forwards.takeAll().forEach(call -> begin(call, now));
    }

    /** This node leads no more. */
    void deposed() {
        commitTimes.forget();
        proposals.deposed();
    }

    /** While another leads, or nobody is known to. */
    void follow(long now) {
        forwards.leaderIs(core.leader(), now);
    }

    void tick(long now) {
        gathered.tick(now);
        proposals.tick(core.role() == Role.LEADER, now);
        NodeId missing = proposals.awaitsAll() ? reach.missingVoter() : null;
        if (missing != null) {
            proposals.giveUp(missing);
        }
        reads.tick(settings.askAgainNanos(), now).forEach(call -> handOn(call, now));
        forwards.tick(now);
        peeks.tick(now);
    }

    /** Ends all; this node takes part no more. */
    void abandon() {
        gathered.takeAll().forEach(call -> call.refuse(ErrorCode.UNAVAILABLE, "this node has stopped; use another"));
        proposals.abandon();
        reads.abandon();
        forwards.abandon();
        peeks.abandon();
    }
}
