package io.quorate.bench.sim.group;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.group.CheckSlots;
import io.quorate.node.protocol.group.FoundLog;
import io.quorate.node.protocol.group.Group;
import io.quorate.node.protocol.group.GroupEvent;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.InstallStep;
import io.quorate.node.protocol.group.LogBudget;
import io.quorate.node.protocol.group.Pulses;
import io.quorate.node.protocol.group.Rejoining;
import io.quorate.node.protocol.group.Retention;
import io.quorate.node.protocol.group.StateMachine;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.HardState;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One node with its part in the group, its disk and its clock. */
final class GroupNode implements Asked {
    private static final long TICK = 10_000_000L;
    /** Ticks from one pulse to the next. */
    private static final int PULSE = 7;
    /** Ticks from one to the next of a group that rests. */
    private static final int QUIET = 50;

    final NodeId id;
    private final GroupSimulation world;
    private final double clockRate;
    private final GroupDisk disk;
    private @Nullable Group group;
    /** In place of the group, as long as the disk has been lost and nothing is on the new one. */
    private @Nullable Rejoining rejoining;
    /** What was given up is deleted before anybody asks for something in its place. */
    private boolean asks;

    private boolean lostDisk;
    private int boot;
    private long sequence;
    private long snapshotBefore;
    private Retention retention = new Retention();
    private @Nullable Pulses pulses;
    private long ticks;
    private boolean settles;
    private long pausedUntil;
    private final Deque<Runnable> held = new ArrayDeque<>();

    GroupNode(NodeId id, GroupSimulation world, double clockRate) {
        this.id = id;
        this.world = world;
        this.clockRate = clockRate;
        this.disk = new GroupDisk(world.bugOf(id), ended -> {
            int thisBoot = boot;
            world.agenda().at(world.diskFree(this), () -> {
                if (thisBoot == boot) {
                    ended.run();
                }
            });
        });
    }

    @Override
    public String toString() {
        return id.toString();
    }

    private long clock() {
        return (long) (world.now() * clockRate);
    }

    @Override
    public boolean isUp() {
        return group != null;
    }

    /** Whether its process runs, though its part in the group may not. */
    boolean isRunning() {
        return group != null || rejoining != null;
    }

    @Nullable
    Group group() {
        return group;
    }

    GroupDisk disk() {
        return disk;
    }

    /** Whether what its disk had is lost or given up, and no state has come yet. */
    boolean isForgetful() {
        return lostDisk && (disk.contents().state().index() == 0 || disk.isGivenUp(world.set()));
    }

    void start(Random random) {
        int thisBoot = ++boot;
        Pulses begun =
                new Pulses(random.nextLong() >>> 4, world.settings().raft().heartbeatNanos());
        pulses = begun;
        Group.Around around = new Group.Around(
                id,
                world.set(),
                ImmutableList.copyOf(world.ids()),
                disk,
                new PartitionCount(1),
                begun,
                () -> 1_000_000 + clock() / 1_000_000,
                random::nextLong,
                random,
                CheckSlots.UNBOUNDED,
                LogBudget.unbounded());
        Output output = new Output(thisBoot);
        if (isForgetful() && world.rejoins()) {
            rejoining = new Rejoining(around, world.settings(), world.rules(), output, () -> {
                rejoining = null;
                open(around, output);
                world.agenda().after(0, () -> world.begun(this));
            });
            asks = !disk.isGivenUp(world.set());
            world.note(id + (asks ? " starts with an empty disk" : " starts with a damaged log"));
            if (!asks) {
                disk.forget(() -> asks = true);
            }
        } else {
            open(around, output);
            world.note(id + " starts");
        }
        tick(thisBoot);
    }

    /** Takes part, with what is on the disk. */
    private void open(Group.Around around, Output output) {
        retention = new Retention();
        FoundLog found = new FoundLog(new Base(0, 0, Configuration.of(world.ids())));
        sequence = 0;
        Map.Entry<Long, Ready.Write> snapshot = disk.contents().snapshots().lastEntry();
        if (snapshot != null) {
            found.begin(snapshot.getValue());
            sequence = snapshot.getKey();
        }
        snapshotBefore = sequence;
        disk.contents().events().tailMap(sequence, false).forEach((number, write) -> {
            if (number != sequence + 1) {
                throw new Violation("the log has no gap", id + " finds event " + number + " after " + sequence);
            }
            found.add(write);
            retention.written(number, write);
            sequence = number;
        });
        group = new Group(
                around,
                world.settings(),
                world.raftRules(),
                world.rules(),
                new Group.Found(found.base(), found.state(), found.entries()),
                output,
                clock());
    }

    private void tick(int thisBoot) {
        if (thisBoot == boot && isRunning()) {
            ticks++;
            Group running = group;
            Rejoining asking = rejoining;
            if (running != null && (!running.isQuiet() || ticks % QUIET == 0)) {
                input(awake -> awake.tick(clock()));
            }
            if (asking != null && asks && world.now() >= pausedUntil) {
                asking.tick(clock());
            }
            pulse();
            world.agenda().after(TICK, () -> tick(thisBoot));
        }
    }

    /** What the node does for all its groups; a pause is one of the whole node. */
    private void pulse() {
        Pulses sent = pulses;
        if (sent == null || world.now() < pausedUntil) {
            return;
        }
        if (ticks % PULSE == 0) {
            for (NodeId peer : world.ids()) {
                if (!peer.equals(id)) {
                    world.send(id, peer, sent.next(peer));
                }
            }
        }
        sent.tick(clock()).forEach(this::lost);
    }

    private void lost(NodeId node) {
        input(running -> running.onLost(node, clock()));
    }

    /** Dies; of what is not durable on its disk so many changes are kept. */
    void crash(int kept) {
        disk.crash(kept);
        boot++;
        group = null;
        rejoining = null;
        pulses = null;
        settles = false;
        held.clear();
        pausedUntil = 0;
        world.note(id + " dies, and keeps " + kept);
        world.died(this);
    }

    /** Its disk is lost while it is dead. */
    void wipe() {
        disk.wipe();
        lostDisk = true;
        world.note(id + " loses its disk");
    }

    /** Its log is damaged while it is dead. */
    void spoil() {
        disk.spoil(world.set());
        lostDisk = true;
        world.note(id + " has its log damaged");
    }

    /** The same, and it does not care. */
    void cutOff() {
        disk.cutOff();
        world.note(id + " goes on with half of its log");
    }

    void pause(long nanos) {
        pausedUntil = world.now() + nanos;
        // Also of a node that has started meanwhile: what it holds knows of which start it is.
        world.agenda().after(nanos, () -> {
            Deque<Runnable> waited = new ArrayDeque<>(held);
            held.clear();
            waited.forEach(Runnable::run);
        });
    }

    /** Something for the group to do. */
    private interface Input {
        void into(Group group);
    }

    private void input(Input input) {
        Group running = group;
        if (running == null) {
            return;
        }
        if (world.now() < pausedUntil) {
            int thisBoot = boot;
            held.add(() -> {
                if (thisBoot == boot) {
                    input(input);
                }
            });
            return;
        }
        input.into(running);
        if (!settles) {
            settles = true;
            int thisBoot = boot;
            world.agenda().after(world.settleNanos(), () -> {
                if (thisBoot == boot) {
                    settle();
                }
            });
        }
    }

    private void settle() {
        Group running = group;
        if (running == null) {
            return;
        }
        if (world.now() < pausedUntil) {
            int thisBoot = boot;
            held.add(() -> {
                if (thisBoot == boot) {
                    settle();
                }
            });
            return;
        }
        settles = false;
        running.settle(clock());
        world.settled(this, running);
    }

    /** A step of taking a state in has ended. */
    private void stepped(InstallStep.Ended ended, @Nullable StorageException failure) {
        if (rejoining == null) {
            input(running -> ended.ended(failure, clock()));
        } else if (world.now() < pausedUntil) {
            int thisBoot = boot;
            held.add(() -> {
                if (thisBoot == boot) {
                    stepped(ended, failure);
                }
            });
        } else {
            ended.ended(failure, clock());
        }
    }

    void receive(NodeId from, GroupMessage message, long age) {
        if (world.now() < pausedUntil) {
            int thisBoot = boot;
            long arrived = world.now();
            held.add(() -> {
                if (thisBoot == boot) {
                    receive(from, message, age + world.now() - arrived);
                }
            });
            return;
        }
        Pulses heard = pulses;
        if (heard != null && message instanceof GroupMessage.Pulse pulse) {
            if (!heard.onPulse(from, pulse, age, clock())) {
                lost(from);
            }
            return;
        }
        if (heard != null && message instanceof GroupMessage.Wake wake && !heard.onWake(from, wake)) {
            lost(from);
        }
        Rejoining asking = rejoining;
        if (asking != null) {
            asking.onMessage(from, message, clock());
        } else {
            input(running -> running.onMessage(from, message, age, clock()));
        }
    }

    @Override
    public void request(LedRequest request, long timeoutNanos, Consumer<KeyReply> reply) {
        int thisBoot = boot;
        input(running -> running.onRequest(
                request,
                clock() + timeoutNanos,
                false,
                answer -> {
                    if (thisBoot == boot) {
                        reply.accept(answer);
                    }
                },
                clock()));
    }

    void bucketsGone(ImmutableMap<String, Integer> generations) {
        input(running -> running.bucketsGone(generations, clock()));
    }

    void transfer(NodeId to) {
        input(running -> {
            if (running.transfer(to, clock())) {
                world.note(id + " hands over to " + to);
            }
        });
    }

    private final class Output implements Group.Output {
        private final int ownBoot;

        private Output(int ownBoot) {
            this.ownBoot = ownBoot;
        }

        private Runnable inBoot(Runnable work) {
            return () -> {
                if (ownBoot == boot) {
                    work.run();
                }
            };
        }

        @Override
        public void persist(Ready.Write write) {
            long number = ++sequence;
            disk.append(number, write, inBoot(() -> {
                retention.written(number, write);
                input(running -> running.onPersisted(write.id(), clock()));
            }));
        }

        @Override
        public void store(StateMachine.Turn turn) {
            disk.commit(
                    turn.commit(),
                    failure -> world.agenda()
                            .after(world.storeTellsNanos(), inBoot(() -> input(running -> running.onStored(turn)))));
        }

        @Override
        public void send(NodeId to, GroupMessage message) {
            if (to.equals(id)) {
                world.agenda().after(0, inBoot(() -> receive(id, message, 0)));
            } else {
                Pulses numbers = pulses;
                world.send(
                        id,
                        to,
                        numbers != null && message instanceof GroupMessage.Wake wake
                                ? numbers.number(to, wake)
                                : message);
            }
        }

        @Override
        public void compacted(Base base, HardState state) {
            long last = retention.superfluousBy(base);
            if (last > 0) {
                disk.saveSnapshot(
                        last, new Ready.Write(0, state, base, ImmutableList.of()), inBoot(() -> forgetBefore(last)));
            }
        }

        private void forgetBefore(long snapshot) {
            if (snapshotBefore > 0) {
                disk.deleteTo(snapshotBefore);
            }
            snapshotBefore = snapshot;
        }

        @Override
        public void install(InstallStep step, InstallStep.Ended ended) {
            step.run(disk, failure -> inBoot(() -> stepped(ended, failure)).run());
        }

        @Override
        public void note(String what, boolean alarming) {
            world.note(id + ": " + what);
            if (alarming) {
                throw new Violation("nothing alarms", id + ": " + what);
            }
        }

        @Override
        public void committed(long nanos) {}

        @Override
        public void happened(GroupEvent event) {
            world.note(id + " " + event);
            world.happened(event);
        }
    }
}
