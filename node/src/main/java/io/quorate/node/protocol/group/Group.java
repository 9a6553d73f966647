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
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.DecodeException;
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
    private final GroupRules rules;
    private final Output output;
    private final RaftCore core;
    private final Configuration beginning;
    private StateMachine machine;
    private final Requests requests;
    private final Proposals proposals;
    private final StateTransfers transfers;
    private final Readmissions readmissions;
    private final Preference preference;
    private final Relief relief;
    private final Rest rest;
    private final TreeCheck checks;
    private final Compaction compaction;
    private final Ballots ballots;
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
            CheckSlots slots,
            LogBudget logs) {}

    /** What the group has its shell do. */
    public interface Output extends PartOutput {
        /** Makes something durable in the log, in the order given; told by {@link #onPersisted}. */
        void persist(Ready.Write write);

        /**
         * Gives a turn of the state machine to the store; told by {@link #onStored}. If the store does not take it, this group
         * ends, and another begins with what the store has.
         */
        void store(StateMachine.Turn turn);

        /** All entries up to a base are in the state on disk: the log may forget them. */
        void compacted(Base base, HardState state);

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
        this.output = output;
        this.beginning = Configuration.of(around.homes());
        this.machine = openMachine();
        if (found != null && machine.index() < found.base().index()) {
            throw new CorruptRecordException("its state stands for " + machine.index()
                    + " entries, and its log begins behind " + found.base().index() + ": what was between is missing");
        }
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
        this.transfers = new StateTransfers(around, settings, output, core, this::taken);
        this.readmissions = new Readmissions(core, rules, transfers, output);
        this.preference = new Preference(around.self(), around.homes().get(0), core, settings);
        this.rest = new Rest(around.self(), core, around.liveness(), output::send, settings, now);
        this.relief = new Relief(core, rest, around.store(), settings);
        this.requests = new Requests(around, settings, rules, output, core, () -> machine, rest);
        this.proposals = requests.proposals();
        this.purge = new GroupPurge(around, rules, output);
        this.compaction =
                new Compaction(core, settings.logBytes(), around.logs().join(), output);
        this.checks = new TreeCheck(around, settings, rules, output, core, now);
        relief.step(false, now);
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
        } else {
            requests.take(call, now);
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
            requests.reads().heard(raft.message(), now - age);
        } else if (message instanceof GroupMessage.Compare compare) {
            checks.onCompare(from, compare, machine.index());
        } else if (message instanceof GroupMessage.Compared compared) {
            checks.onCompared(from, compared, now);
        } else if (message instanceof GroupMessage.Rejoin ask) {
            if (readmissions.onRejoin(from, ask, now)) {
                rest.active(now);
            }
        } else if (!requests.onMessage(from, message, now) && !rest.onMessage(from, message, now)) {
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
            proposals.durable(rules.onOwnDisk(core.durable(), core.lastIndex()));
        }
    }

    /** The store shows a turn of the state machine. */
    public void onStored(StateMachine.Turn turn) {
        turnsUnderWay--;
        machine.ended(turn);
        checks.stored(turn);
        compaction.stored(turn);
        readmissions.stored(turn.commit().header().index());
    }

    /** Lets time pass. */
    public void tick(long now) {
        if (halted != null) {
            return;
        }
        core.tick(now);
        requests.tick(now);
        readmissions.tick(now);
        transfers.tick(now);
        purge.step(core, requests, now);
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
        return rest.isResting() && waiting() == 0 && requests.explainsNothing() && checks.isIdle();
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

    /**
     * Does what has gathered: to be called after inputs, before anything is waited for.
     *
     * @throws StorageException if the store fails as a whole: this group has ended then, like after a turn that was not taken
     */
    public void settle(long now) {
        if (halted != null) {
            return;
        }
        compaction.look();
        relief.step(requests.writes() > 0, now);
        boolean more = true;
        while (more && halted == null) {
            if (writesUnderWay < WRITES_MAX) {
                requests.propose(compaction.hasRoom(), now);
            }
            transfers.tellSent(now);
            more = carryOut(core.takeReady(), now);
            followRole(now);
        }
        if (leads && proposals.awaitsAll()) {
            proposals.everywhere(core.durableEverywhere());
        }
        endTurn(null, now);
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
        drop(ready.lost());
        apply(ready.committed(), now);
        requests.advanced(ready.reads(), now);
        ready.needState().forEach(to -> transfers.begin(to, now));
        return more;
    }

    /** Entries of this node's log that another leader's have taken the place of. Those written ASYNC may have been acknowledged. */
    private void drop(List<Ready.Position> lost) {
        if (lost.isEmpty()) {
            return;
        }
        lost.forEach(position -> {
            proposals.lost(position);
            output.happened(GroupEvent.ENTRY_DROPPED);
        });
        output.note(
                "dropped " + lost.size() + " entries that were not committed, from " + placeOf(lost.get(0)) + " to "
                        + placeOf(lost.get(lost.size() - 1)) + ": another leader went on without them",
                false);
    }

    private static String placeOf(Ready.Position position) {
        return position.term() + "." + position.index();
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
                if (e instanceof StorageException && around.store().refusal() != null) {
                    // The engine has failed as a whole, and may be opened again: that says nothing of the entry.
                    throw e;
                }
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
            requests.lead(now);
        } else if (!leading && leads) {
            output.happened(GroupEvent.LEADS_NO_MORE);
            requests.deposed();
        }
        leads = leading;
        if (!leading) {
            requests.follow(now);
        }
    }

    /** Ends all that wait for this node; it takes part no more. */
    public void abandon() {
        compaction.end();
        requests.abandon();
        transfers.close();
        checks.drop();
    }

    /** Requests that wait here. */
    public int waiting() {
        return requests.waiting();
    }

    /** How it stands. */
    public GroupReport report(long now) {
        return GroupReport.of(
                around.set().partition(),
                core,
                machine.index(),
                machine.keys(),
                requests.reads().lagMillis(now),
                halted,
                checks.alarm());
    }

    /** Where the state machine stands. */
    public Stand stand() {
        return new Stand(
                machine.index(),
                machine.keys(),
                machine.requests(),
                machine.leaves().root());
    }

    /** What a state adds up to: equal for replicas that have applied equally much. */
    public record Stand(long applied, long keys, GroupCommit.RequestCount requests, LeafTable.Sum sum) {}
}
