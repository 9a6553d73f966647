package io.quorate.bench.sim.raft;

import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.node.protocol.raft.HardState;
import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.raft.Role;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One member with its disk, its clock, and the clients that talk to it. */
final class SimMember {
    final NodeId id;
    private final RaftSimulation world;
    private final double clockRate;
    private final Base beginning;
    private @Nullable RaftCore core;
    private int boot;
    private HardState durableState = HardState.NONE;
    private SimLog durableLog;
    /** As the member sees it, with what is on its way to the disk. */
    private SimLog log;
    /** What the state machine has durably. */
    private Base state;
    /** What it had durably before that. */
    private Base earlierState;

    private long applied;

    private final Deque<Ready.Write> writing = new ArrayDeque<>();
    private final Set<Ready.Position> proposed = new HashSet<>();
    private final Map<Long, Long> reading = new HashMap<>();
    private long nextRead;
    private long pausedUntil;
    private boolean gathering;
    private final Deque<Runnable> held = new ArrayDeque<>();
    private Role role = Role.FOLLOWER;

    SimMember(NodeId id, RaftSimulation world, double clockRate, Base beginning) {
        this.beginning = beginning;
        this.state = beginning;
        this.earlierState = beginning;
        this.durableLog = new SimLog(beginning);
        this.log = durableLog;
        this.id = id;
        this.world = world;
        this.clockRate = clockRate;
    }

    private long clock() {
        return (long) (world.now() * clockRate);
    }

    boolean isUp() {
        return core != null;
    }

    /** Whether somebody who asked it something since it started has had no answer yet. */
    boolean owesAnswers() {
        return !proposed.isEmpty() || !reading.isEmpty();
    }

    /** Who belongs to the group, as it knows. */
    Set<NodeId> group() {
        RaftCore running = core;
        return running == null ? Set.of() : running.configuration().members();
    }

    SimLog durableLog() {
        return durableLog;
    }

    @Nullable
    RaftCore core() {
        return core;
    }

    void start(RandomGenerator random) {
        int thisBoot = ++boot;
        log = durableLog.copy();
        applied = state.index();
        role = Role.FOLLOWER;
        core = new RaftCore(
                id,
                durableLog.base(),
                durableState,
                List.copyOf(durableLog.entries()),
                state,
                world.settings(),
                world.rules(),
                random,
                clock());
        world.note(id + " starts in term " + durableState.term() + " with entries up to " + durableLog.lastIndex());
        tick(thisBoot);
    }

    private void tick(int thisBoot) {
        if (thisBoot == boot && core != null) {
            input(running -> running.tick(clock()));
            world.agenda().after(10_000_000L, () -> tick(thisBoot));
        }
    }

    /** Dies: of the writes on their way the first few have reached the disk, or none. */
    void crash(int written) {
        for (int i = 0; i < written && !writing.isEmpty(); i++) {
            store(writing.remove());
        }
        writing.clear();
        proposed.clear();
        reading.clear();
        held.clear();
        pausedUntil = 0;
        gathering = false;
        boot++;
        core = null;
        if (world.bug() == RaftBug.LOG_GONE_BEFORE_STATE) {
            state = earlierState;
        }
        world.note(id + " dies");
    }

    int writesOnTheirWay() {
        return writing.size();
    }

    void pause(long nanos) {
        pausedUntil = world.now() + nanos;
        whileUp(pausedUntil, () -> {
            List<Runnable> waited = List.copyOf(held);
            held.clear();
            waited.forEach(Runnable::run);
        });
    }

    /** Something for the core to do. */
    private interface Input {
        void into(RaftCore core);
    }

    private void input(Input input) {
        RaftCore running = core;
        if (running == null) {
            return;
        }
        if (world.now() < pausedUntil) {
            held.add(() -> input(input));
            return;
        }
        input.into(running);
        long nanos = world.gatherNanos();
        if (nanos == 0) {
            carryOut(running);
        } else if (!gathering) {
            gathering = true;
            whileUp(world.now() + nanos, this::endGathering);
        }
    }

    private void endGathering() {
        RaftCore running = core;
        if (world.now() < pausedUntil) {
            held.add(this::endGathering);
        } else if (running != null) {
            gathering = false;
            carryOut(running);
        }
    }

    void receive(NodeId from, RaftMessage message) {
        input(running -> running.step(from, message, clock()));
    }

    void propose(Bytes command) {
        input(running -> {
            Ready.Position at = running.propose(List.of(command), clock());
            if (at != null) {
                proposed.add(at);
            }
        });
    }

    void read() {
        long wanted = world.laws().acknowledged();
        long read = nextRead++;
        input(running -> {
            long leased = world.leases() ? running.leasedIndex(clock()) : -1;
            if (leased >= 0) {
                world.laws().reads(id, leased, wanted);
                world.read();
            }
            reading.put(read, wanted);
            running.read(read, clock());
        });
    }

    void transfer(NodeId to) {
        input(running -> running.transfer(to, clock()));
    }

    private void carryOut(RaftCore running) {
        Ready ready = running.takeReady();
        Ready.Write write = ready.write();
        if (write != null) {
            log.write(write.base(), write.entries());
            write.entries().forEach(world.laws()::proposes);
            writing.add(write);
            boolean lies = world.bug() == RaftBug.DISK_LIES;
            whileUp(world.diskFree(this), () -> written(!lies));
            if (lies) {
                whileUp(world.now(), () -> input(still -> still.persisted(write.id(), clock())));
            }
        }
        if (running.role() != role) {
            role = running.role();
            world.note(id + " is " + role + " in term " + running.term());
            if (role == Role.LEADER || role == Role.CANDIDATE) {
                world.faults().hasStood(this);
            }
            if (role == Role.LEADER) {
                world.laws().leads(id, running.term(), log);
                world.faults().hasWon(this);
            }
        }
        for (Ready.Outgoing out : ready.messages()) {
            world.send(id, out.to(), out.message());
            if (out.message() instanceof RaftMessage.Voted voted
                    && voted.granted()
                    && !out.to().equals(id)) {
                world.faults().hasVoted(this);
            }
        }
        ready.needState().forEach(to -> world.sendState(this, to, running.term(), stateOf(running)));
        for (Entry entry : ready.committed()) {
            if (entry.index() != ++applied) {
                throw new Violation("entries are applied in order, once", id + " applies " + entry + " as " + applied);
            }
            world.laws().applies(id, running.term(), entry, world::isDurableAt);
            if (proposed.remove(new Ready.Position(entry.index(), entry.term()))) {
                world.laws().acknowledges(entry.index());
                world.acknowledged();
            }
        }
        if (applied - state.index() >= world.statesEvery()) {
            earlierState = state;
            state = running.baseAt(applied);
            // Some entries stay for those who are a little behind.
            long until = applied - world.statesEvery() / 2;
            if (until > durableLog.base().index() && until <= durableLog.lastIndex()) {
                Base base = running.baseAt(until);
                running.compact(until);
                durableLog.compact(base);
            }
        }
        ready.lost().forEach(proposed::remove);
        for (Ready.Read read : ready.reads()) {
            Long wanted = reading.remove(read.id());
            if (wanted != null && read.index() >= 0) {
                world.laws().reads(id, read.index(), wanted);
                world.read();
            }
        }
    }

    /** What it sends to others. */
    private Base stateOf(RaftCore running) {
        Base sent = running.baseAt(applied);
        return world.bug() == RaftBug.STATE_WITHOUT_CONFIGURATION
                ? new Base(sent.index(), sent.term(), beginning.configuration())
                : sent;
    }

    private void whileUp(long time, Runnable action) {
        int thisBoot = boot;
        world.agenda().at(time, () -> {
            if (thisBoot == boot) {
                action.run();
            }
        });
    }

    private void written(boolean told) {
        Ready.Write write = writing.remove();
        store(write);
        if (told) {
            input(running -> running.persisted(write.id(), clock()));
        }
    }

    private void store(Ready.Write write) {
        HardState hard = write.state();
        durableState = switch (world.bug()) {
            case VOTE_NOT_KEPT -> new HardState(hard.term(), null);
            case TERM_NOT_KEPT -> HardState.NONE;
            default -> hard;
        };
        if (world.bug() == RaftBug.OLD_TAIL_LEFT_ON_DISK) {
            durableLog.writeOver(write.base(), write.entries());
        } else {
            durableLog.write(write.base(), write.entries());
        }
    }

    /** A state comes in: all of it at once, or not. */
    void offered(NodeId from, long term, Base base, boolean arrives, Runnable ended) {
        input(running -> {
            if (!running.offered(from, term, base, clock())) {
                ended.run();
                return;
            }
            whileUp(world.now() + world.installNanos(), () -> {
                input(still -> install(still, from, base, arrives));
                ended.run();
            });
        });
    }

    private void install(RaftCore running, NodeId from, Base base, boolean arrives) {
        if (!arrives) {
            running.notInstalled();
            return;
        }
        world.laws().installs(id, base);
        world.note(id + " takes " + base);
        earlierState = base;
        state = base;
        applied = base.index();
        // Nobody here knows what became of them.
        proposed.removeIf(at -> at.index() <= base.index());
        running.installed(from, base, clock());
    }

    void stateSent(NodeId to) {
        input(running -> running.stateSent(to, clock()));
    }

    void change(Set<NodeId> voters, Set<NodeId> learners) {
        input(running -> running.change(voters, learners, clock()));
    }
}
