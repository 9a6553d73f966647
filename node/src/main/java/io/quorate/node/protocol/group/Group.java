package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.node.protocol.raft.HardState;
import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.RaftRules;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.raft.Role;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * This node's part in one group: requests go through the core's log to the state machine, and their replies come back from
 * it. Inputs only take note; {@link #settle} does what has gathered, so that what comes together is written, sent and applied
 * together.
 *
 * <p>Not for several threads. What cannot be applied halts the group on this node: nothing is ever passed over.
 */
public final class Group {
    /** Writes of the log under way, while there are so many commands gather. */
    private static final int WRITES_MAX = 2;

    private final Around around;
    private final GroupSettings settings;
    private final GroupRules rules;
    private final Output output;
    private final RaftCore core;
    private final Configuration beginning;
    private StateMachine machine;
    private final Proposals proposals;
    private final KeyReads reads;
    private final Forwards forwards;
    private final StateTransfers transfers;
    private final Peeks peeks;
    private final Preference preference;
    private final Rest rest;
    private final Reach reach;
    private final TreeCheck checks;
    private final Compaction compaction;
    private final Gathered gathered = new Gathered();
    private final Ballots ballots;
    private final CommitTimes commitTimes = new CommitTimes();
    private final GroupPurge purge;

    private int writesUnderWay;
    private int turnsUnderWay;
    private boolean leads;
    private @Nullable String halted;

    /** Where the group lives. */
    public record Around(
            NodeId self,
            ReplicaSetId set,
            ImmutableList<NodeId> homes,
            GroupStore store,
            PartitionCount partitions,
            NodeLiveness liveness,
            LongSupplier wallMillis,
            LongSupplier ids,
            RandomGenerator random,
            CheckSlots slots) {}

    /** What the group has its shell do. */
    public interface Output {
        /** Makes something durable in the log, in the order given; told by {@link #onPersisted}. */
        void persist(Ready.Write write);

        /** Gives a turn of the state machine to the store; told by {@link #onStored}. */
        void store(StateMachine.Turn turn);

        void send(NodeId to, GroupMessage message);

        /** All entries up to a base are in the state on disk: the log may forget them. */
        void compacted(Base base, HardState state);

        /** Does a step of taking a state in; {@code ended} is to be called like any other input. */
        void install(InstallStep step, InstallStep.Ended ended);

        /** Something that an operator may want to know. */
        void note(String what, boolean alarming);

        void happened(GroupEvent event);

        /** So long it took until what was proposed together was committed. */
        void committed(long nanos);
    }

    /** The log as it was found. */
    public record Found(Base base, HardState state, List<Entry> entries) {}

    /** A group as its log and its store have it; {@code found} is null if it has no log yet. */
    public Group(
            Around around,
            GroupSettings settings,
            RaftRules raftRules,
            GroupRules rules,
            @Nullable Found found,
            Output output,
            long now) {
        this.around = around;
        this.rules = rules;
        this.settings = settings;
        this.output = output;
        this.beginning = Configuration.of(around.homes());
        this.machine = openMachine();
        this.proposals = new Proposals(around.self());
        Base first = new Base(0, 0, beginning);
        HardState promised = found == null ? HardState.NONE : found.state();
        this.ballots = new Ballots(around.self(), promised, output::happened);
        this.core = new RaftCore(
                around.self(),
                found == null ? first : found.base(),
                promised,
                found == null ? List.of() : found.entries(),
                machine.base(),
                settings.raft(),
                raftRules,
                around.random(),
                now);
        this.forwards = new Forwards(around.ids(), output::send, rules, settings.askAgainNanos());
        this.transfers = new StateTransfers(around, settings, output, core, this::taken);
        this.peeks = new Peeks(around, output);
        this.preference = new Preference(around.self(), around.homes().get(0), core, settings);
        this.reach = new Reach(core, around.liveness(), settings);
        this.rest = new Rest(around.self(), core, around.liveness(), output::send, settings, now);
        this.reads = new KeyReads(core, () -> machine, proposals, rest, rules);
        this.purge = new GroupPurge(around, output);
        this.compaction = new Compaction(core, settings.logBytes(), output);
        this.checks = new TreeCheck(around, settings, rules, output, core, now);
        if (preference.isOwn()) {
            core.campaign(now);
        }
    }

    private StateMachine openMachine() {
        return new StateMachine(around.set(), around.store(), around.partitions(), rules, beginning);
    }

    /** Takes a request of a client of this node, or one that another node has handed on. */
    public void onRequest(LedRequest request, long deadline, boolean handedOn, Consumer<KeyReply> reply, long now) {
        Call call = new Call(request, deadline, handedOn, false, reply);
        if (halted != null) {
            call.refuse(
                    ErrorCode.UNAVAILABLE,
                    "partition " + around.set().partition() + " is halted on this node: " + halted);
        } else if (proposals.size() + reads.size() + gathered.size() >= settings.waitingMax()) {
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
            propose(call, write);
        } else {
            rest.active(now);
            reads.leaderRead(call, (LedRequest.Read) request, now);
        }
    }

    private void propose(Call call, LedRequest.Write write) {
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

    /** Takes a message of another node; {@code age} is how long it was under way. */
    public void onMessage(NodeId from, GroupMessage message, long age, long now) {
        if (halted != null) {
            return;
        }
        if (message instanceof GroupMessage.Raft raft) {
            rest.onRaft(from, raft.message(), now);
            core.step(from, raft.message(), now);
            reads.heard(raft.message(), now - age);
        } else if (message instanceof GroupMessage.Ask ask) {
            onAsk(from, ask, now);
        } else if (message instanceof GroupMessage.Told told) {
            forwards.onTold(told.id(), told.reply());
        } else if (message instanceof GroupMessage.NotLeading answer) {
            forwards.onNotLeading(from, answer, now);
        } else if (message instanceof GroupMessage.Look look) {
            peeks.onLook(from, look, machine);
        } else if (message instanceof GroupMessage.Looked looked) {
            peeks.onLooked(from, looked, now);
        } else if (message instanceof GroupMessage.Compare compare) {
            checks.onCompare(from, compare, machine.index());
        } else if (message instanceof GroupMessage.Compared compared) {
            checks.onCompared(from, compared, now);
        } else if (!rest.onMessage(from, message, now)) {
            rest.active(now);
            transfers.onMessage(from, message, now);
        }
    }

    /** A node does not answer for the groups that rest under it any more, or does not hear this one. */
    public void onLost(NodeId node, long now) {
        if (halted == null) {
            rest.lost(node, now);
        }
    }

    private void onAsk(NodeId from, GroupMessage.Ask ask, long now) {
        long id = ask.id();
        onRequest(
                ask.request(),
                now + ask.millisLeft() * 1_000_000L,
                true,
                reply -> output.send(from, GroupMessage.answer(id, reply)),
                now);
    }

    /** A state has taken the place of this one's. */
    private void taken(NodeId from, long now) {
        checks.drop();
        machine = openMachine();
        Base base = machine.base();
        proposals.passed(base.index());
        core.installed(from, base, now);
        output.happened(GroupEvent.STATE_TAKEN);
        output.note("took a state up to entry " + base.index() + " from " + from, false);
    }

    /** A write of the log is durable. */
    public void onPersisted(long write, long now) {
        writesUnderWay--;
        core.persisted(write, now);
        if (core.role() == Role.LEADER) {
            proposals.durable(core.durable());
        }
    }

    /** The store shows a turn of the state machine. */
    public void onStored(StateMachine.Turn turn, @Nullable StorageException failure) {
        turnsUnderWay--;
        if (failure != null) {
            halt("the store did not take what was applied: " + failure.getMessage());
            return;
        }
        machine.ended(turn);
        checks.stored(turn);
        compaction.stored(turn);
    }

    /** Lets time pass. */
    public void tick(long now) {
        if (halted != null) {
            return;
        }
        core.tick(now);
        gathered.tick(now);
        proposals.tick(now);
        NodeId missing = proposals.awaitsAll() ? reach.missingVoter() : null;
        if (missing != null) {
            proposals.giveUp(missing);
        }
        reads.tick(settings.askAgainNanos(), now).forEach(call -> handOn(call, now));
        forwards.tick(now);
        peeks.tick(now);
        transfers.tick(now);
        purge.step(core, gathered, proposals.size(), now);
        if (leads && checks.isDue(machine.index(), now)) {
            rest.active(now);
        }
        checks.tick(machine.index(), now);
        preference.tick(now);
        rest.tick(isIdle() && !preference.isWanted(), now);
    }

    private boolean isIdle() {
        return waiting() == 0
                && writesUnderWay == 0
                && turnsUnderWay == 0
                && transfers.isIdle()
                && !purge.isActive()
                && checks.isIdle();
    }

    /** Whether time need not pass here until the next input. */
    public boolean isQuiet() {
        return rest.isResting() && waiting() == 0 && peeks.isIdle() && checks.isIdle();
    }

    /** Hands the lead over, or keeps it if it is asked to; false if this node does not lead, or that one cannot. */
    public boolean transfer(NodeId to, long now) {
        rest.active(now);
        boolean begins = halted == null && ((leads && to.equals(around.self())) || core.transfer(to, now));
        if (begins) {
            // The first home would have it back at once.
            preference.keep(now);
        }
        return begins;
    }

    /** Buckets may have been deleted; see {@link GroupPurge#gone}. */
    public void bucketsGone(ImmutableMap<String, Integer> generations, long now) {
        if (purge.gone(generations, now) && leads) {
            rest.active(now);
        }
    }

    /** Does what has gathered: to be called after inputs, before anything is waited for. */
    public void settle(long now) {
        if (halted != null) {
            return;
        }
        boolean more = true;
        while (more && halted == null) {
            propose(now);
            transfers.tellSent(now);
            more = carryOut(core.takeReady(), now);
            followRole(now);
        }
        if (leads) {
            proposals.everywhere(core.durableEverywhere());
        }
        endTurn(null, now);
    }

    private void propose(long now) {
        if (gathered.isEmpty() || writesUnderWay >= WRITES_MAX || core.isHandingOver()) {
            return;
        }
        if (core.role() == Role.LEADER) {
            rest.active(now);
            gathered.propose(core, machine, around, proposals, now);
            commitTimes.proposed(core.lastIndex(), now);
        } else {
            gathered.takeAll().forEach(call -> handOn(call, now));
        }
    }

    /** Does what the core wants; true if it may want more at once. */
    private boolean carryOut(Ready ready, long now) {
        boolean more = false;
        Ready.Write write = ready.write();
        if (write != null) {
            writesUnderWay++;
            ballots.promised(write.state());
            output.persist(write);
        }
        for (Ready.Outgoing out : ready.messages()) {
            if (out.to().equals(around.self())) {
                core.step(around.self(), out.message(), now);
                more = true;
            } else {
                output.send(out.to(), new GroupMessage.Raft(out.message()));
            }
        }
        ready.lost().forEach(proposals::lost);
        apply(ready.committed(), now);
        commitTimes.committed(core.commit(), now, output::committed);
        for (Ready.Read read : ready.reads()) {
            Call failed = reads.confirmed(read);
            if (failed != null) {
                handOn(failed, now);
            }
        }
        reads.applied(now);
        ready.needState().forEach(to -> transfers.begin(to, now));
        return more;
    }

    private void apply(List<Entry> entries, long now) {
        for (Entry entry : entries) {
            if (halted != null) {
                return;
            }
            try {
                Effect effect = machine.apply(entry);
                if (effect instanceof Effect.Checked) {
                    endTurn(entry, now);
                } else if (effect != null) {
                    proposals.applied(entry.index(), entry.term(), effect);
                }
            } catch (CorruptRecordException | StorageException | DecodeException e) {
                halt("entry " + entry.index() + " cannot be applied: " + e.getMessage());
            }
        }
    }

    /** Gives the store what has changed. A check ends a turn, so that it can see what it stands for. */
    private void endTurn(@Nullable Entry check, long now) {
        StateMachine.Turn turn = checks.holdsBack() ? null : machine.takeTurn();
        if (turn == null) {
            return;
        }
        if (check != null) {
            checks.applied(check, turn, machine, now);
        }
        turnsUnderWay++;
        output.store(turn);
    }

    private void halt(String why) {
        halted = why;
        output.note("halted: " + why, true);
        output.happened(GroupEvent.HALTED);
        abandon();
    }

    private void followRole(long now) {
        boolean leading = core.role() == Role.LEADER;
        if (leading && !leads) {
            preference.keep(now);
            output.happened(GroupEvent.LEADS);
            forwards.takeAll().forEach(call -> begin(call, now));
        } else if (!leading && leads) {
            output.happened(GroupEvent.LEADS_NO_MORE);
            commitTimes.forget();
            proposals.deposed();
        }
        leads = leading;
        if (!leading) {
            forwards.leaderIs(core.leader(), now);
        }
    }

    /** Ends all that wait for this node; it takes part no more. */
    public void abandon() {
        gathered.takeAll().forEach(call -> call.refuse(ErrorCode.UNAVAILABLE, "this node has stopped; use another"));
        proposals.abandon();
        reads.abandon();
        forwards.abandon();
        peeks.abandon();
        transfers.close();
        checks.drop();
    }

    /** Requests that wait here. */
    public int waiting() {
        return gathered.size() + proposals.size() + reads.size() + forwards.size();
    }

    /** How it stands. */
    public GroupReport report(long now) {
        return GroupReport.of(
                around.set().partition(),
                core,
                machine.index(),
                machine.keys(),
                reads.lagMillis(now),
                halted,
                checks.alarm());
    }

    /** Where the state machine stands. */
    public Stand stand() {
        return new Stand(machine.index(), machine.keys(), machine.leaves().root());
    }

    /** What a state adds up to: equal for replicas that have applied equally much. */
    public record Stand(long applied, long keys, LeafTable.Sum sum) {}
}
