package io.quorate.node.actor;

import com.google.common.collect.ImmutableList;
import com.typesafe.config.Config;
import io.quorate.node.journal.EventLogs;
import io.quorate.node.protocol.group.CheckSlots;
import io.quorate.node.protocol.group.Group;
import io.quorate.node.protocol.group.GroupEvent;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.node.protocol.group.GroupRules;
import io.quorate.node.protocol.group.GroupSettings;
import io.quorate.node.protocol.group.LogBudget;
import io.quorate.node.protocol.group.RemoteGroups;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.transport.Frame;
import io.quorate.node.transport.Received;
import io.quorate.node.transport.Transport;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the actors of a node's groups running: one for each partition that the node is a home of, from the time that the first
 * leader bucket is known. One that ends is started again, after ever longer pauses. The one clock of all groups ticks here.
 */
public final class GroupsActor extends AbstractBehavior<Received> {
    private static final Logger LOG = LoggerFactory.getLogger(GroupsActor.class);
    private static final Duration TICK = Duration.ofMillis(25);
    /** Ticks from one to the next that groups at rest get too: what is due every few minutes begins then. */
    private static final int REST = 200;

    /** Ticks from one pulse to the next. */
    private static final int PULSE = 3;

    private static final Duration PAUSE_MIN = Duration.ofSeconds(1);
    private static final int PAUSE_DOUBLINGS = 6;
    /** While the disk takes nothing all groups end that write: none of them is to sleep long when there is room again. */
    private static final int PAUSE_DOUBLINGS_WITHOUT_DISK = 2;

    /** Whoever has run for so long has nothing to do with how the ones before it ended. */
    private static final long CALM_NANOS = 60_000_000_000L;

    private static final int CHECKS_AT_ONCE = 2;
    /** The logs of all groups may take this part of the heap: a fourth. */
    private static final int LOG_PARTS = 4;

    private final Around around;
    private final Map<ActorRef, ReplicaSetId> running = new HashMap<>();
    private final Map<ReplicaSetId, Long> startedAt = new HashMap<>();
    private final Map<ReplicaSetId, Integer> ends = new HashMap<>();
    private final Config plugins;
    private final Set<NodeId> peers = new TreeSet<>();
    private long ticks;
    private final CheckSlots slots = new NodeSlots();
    private final LogBudget logs = new LogBudget(Runtime.getRuntime().maxMemory() / LOG_PARTS);
    private boolean begun;
    /** Actors of groups that wait to be let in. */
    private final Set<ActorRef> returning = new HashSet<>();
    /** Groups that have to be let in, if nothing of them is found that can be relied on. Changed on any thread. */
    private final Set<ReplicaSetId> outside = ConcurrentHashMap.newKeySet();

    /**
     * What the actor needs.
     *
     * @param random of a group's timeouts, by a number of its own
     * @param log by which the journal's plugin finds the node's log
     * @param commits told how many nanoseconds it took until what a leader here had proposed together was committed
     * @param ended called when the actor and all groups have stopped
     */
    public record Around(
            NodeId self,
            RingState ring,
            GroupStore store,
            GroupSettings settings,
            GroupTable table,
            LongSupplier nanoClock,
            LongSupplier wallMillis,
            LongSupplier ids,
            LongFunction<RandomGenerator> random,
            String log,
            Consumer<GroupEvent> events,
            LongConsumer commits,
            Runnable ended) {}

    /** What the actor is told besides frames. */
    public sealed interface Message extends Received {
        /**
         * There is a leader bucket by now: groups are needed.
         *
         * @param rejoin whether the node has lost what its groups had: those that nothing is found of have to be let in first
         */
        record Begin(boolean rejoin) implements Message {}

        record Tick() implements Message {}

        record Again(ReplicaSetId set) implements Message {}

        record Stop() implements Message {}
    }

    private GroupsActor(ActorContext<Received> context, Around around) {
        super(context);
        this.around = around;
        this.plugins = EventLogs.plugins(Adapter.toClassic(context.getSystem()), around.log());
        Adapter.actorOf(
                context,
                RemoteGroupsActor.props(
                        around.table().remote(),
                        around.nanoClock(),
                        this::remoteGroups,
                        around.table().post()));
    }

    public static Behavior<Received> create(Around around) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerAtFixedRate(new Message.Tick(), TICK);
            return new GroupsActor(context, around);
        }));
    }

    private RemoteGroups remoteGroups(RemoteGroups.Output output) {
        return new RemoteGroups(
                around.self(), this::otherHomes, around.ids(), around.settings(), GroupRules.STANDARD, output);
    }

    private ImmutableList<NodeId> otherHomes(ReplicaSetId set) {
        return around.ring().table().homes(set.partition()).stream()
                .filter(home -> !home.equals(around.self()))
                .collect(ImmutableList.toImmutableList());
    }

    @Override
    public Receive<Received> createReceive() {
        return newReceiveBuilder()
                .onMessage(Message.Tick.class, tick -> {
                    onTick();
                    return this;
                })
                .onMessage(Frame.class, frame -> {
                    around.table().frames().take(frame);
                    return this;
                })
                .onMessage(Message.Begin.class, begin -> {
                    begin(begin.rejoin());
                    return this;
                })
                .onMessage(Message.Again.class, again -> {
                    start(again.set());
                    return this;
                })
                .onMessage(Message.Stop.class, stop -> Behaviors.stopped())
                .onSignal(Terminated.class, this::onTerminated)
                .onSignal(PostStop.class, stopped -> {
                    around.ended().run();
                    return this;
                })
                .build();
    }

    private void onTick() {
        GroupTable table = around.table();
        ticks++;
        if (ticks % PULSE == 0) {
            peers.forEach(table.post()::pulse);
        }
        table.pulses().tick(around.nanoClock().getAsLong());
        boolean all = ticks % REST == 0;
        table.inlets().values().forEach(inlet -> inlet.tick(all));
        table.remote().tick(all);
    }

    private void begin(boolean rejoin) {
        if (begun) {
            return;
        }
        begun = true;
        int n = around.ring().table().replicas();
        for (int partition = 0; partition < around.ring().partitions().value(); partition++) {
            if (around.ring().table().homes(partition).contains(around.self())) {
                ReplicaSetId set = ReplicaSetId.led(n, partition);
                peers.addAll(otherHomes(set));
                around.table().inlets().put(set, new GroupInlet());
                if (rejoin) {
                    outside.add(set);
                }
                start(set);
            }
        }
        around.table().complete();
        if (rejoin) {
            LOG.info(
                    "{}: {} groups start, on a disk in the place of one that was lost; those that nothing is found of ask to be let"
                            + " in",
                    around.self(),
                    running.size());
        } else {
            LOG.info("{}: {} groups start", around.self(), running.size());
        }
    }

    private void start(ReplicaSetId set) {
        GroupInlet inlet = around.table().inlet(set);
        if (inlet == null) {
            return;
        }
        Group.Around group = new Group.Around(
                around.self(),
                set,
                ImmutableList.copyOf(around.ring().table().homes(set.partition())),
                around.store(),
                around.ring().partitions(),
                inlet.inOrder(around.table().pulses()),
                around.wallMillis(),
                around.ids(),
                around.random().apply(set.partition()),
                slots,
                logs);
        RaftGroupActor.Around of = new RaftGroupActor.Around(
                group,
                around.settings(),
                inlet,
                around.table()::gone,
                around.table().post(),
                around.nanoClock(),
                around.log(),
                plugins,
                new Events());
        boolean rejoining = outside.contains(set);
        if (rejoining) {
            // Nobody waits for what other nodes may never grant.
            around.table().ready(set.partition());
        }
        ActorRef actor = Adapter.actorOf(
                getContext(),
                rejoining ? RejoiningActor.props(of, () -> outside.remove(set)) : RaftGroupActor.props(of));
        Adapter.watch(getContext(), actor);
        running.put(actor, set);
        startedAt.put(set, around.nanoClock().getAsLong());
        if (rejoining) {
            returning.add(actor);
        }
    }

    /** A group has a state again, and is a member from its next start on. */
    private void rejoined(ReplicaSetId set) {
        start(set);
        if (returning.isEmpty()
                && outside.isEmpty()
                && running.size() == around.table().size()) {
            LOG.info("{}: all {} groups take part, after what the disk has lost", around.self(), running.size());
        }
    }

    /** Shared by all groups, each of which runs on its own. */
    private static final class NodeSlots implements CheckSlots {
        private final Semaphore places = new Semaphore(CHECKS_AT_ONCE);

        @Override
        public boolean take() {
            return places.tryAcquire();
        }

        @Override
        public void giveBack() {
            places.release();
        }
    }

    private final class Events implements RaftGroupActor.GroupEvents {
        @Override
        public void happened(GroupEvent event) {
            around.events().accept(event);
        }

        @Override
        public void committed(long nanos) {
            around.commits().accept(nanos);
        }

        @Override
        public void givenUp(ReplicaSetId set) {
            outside.add(set);
        }

        @Override
        public void ready(int partition) {
            around.table().ready(partition);
        }

        @Override
        public void reports(GroupReport report) {
            around.table().reports(report);
        }
    }

    private Behavior<Received> onTerminated(Terminated terminated) {
        ActorRef actor = Adapter.toClassic(terminated.getRef());
        ReplicaSetId set = running.remove(actor);
        boolean returned = returning.remove(actor);
        if (set != null && returned && !outside.contains(set)) {
            rejoined(set);
        } else if (set != null) {
            around.table().pulses().beginEpoch();
            around.table().ended(set.partition());
            Duration pause = pauseOf(set);
            LOG.warn(
                    "{}: the group of partition {} has ended; it starts again in {} s",
                    around.self(),
                    set.partition(),
                    pause.toSeconds());
            getContext().scheduleOnce(pause, getContext().getSelf(), new Message.Again(set));
        }
        return this;
    }

    private Duration pauseOf(ReplicaSetId set) {
        if (around.nanoClock().getAsLong() - startedAt.getOrDefault(set, 0L) >= CALM_NANOS) {
            ends.remove(set);
        }
        int doublings = ends.merge(set, 1, Integer::sum) - 1;
        int most = around.store().refusal() == null ? PAUSE_DOUBLINGS : PAUSE_DOUBLINGS_WITHOUT_DISK;
        return PAUSE_MIN.multipliedBy(1L << Math.min(most, doublings));
    }

    /** The name of the actor that takes the frames of groups. */
    public static String nameOf(NodeId node) {
        return Transport.actorName(node, Transport.Lane.GROUP);
    }
}
