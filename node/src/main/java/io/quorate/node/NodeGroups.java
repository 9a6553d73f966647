package io.quorate.node;

import io.quorate.node.actor.GroupTable;
import io.quorate.node.actor.GroupsActor;
import io.quorate.node.actor.NodeView;
import io.quorate.node.actor.PeerQuarantine;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.journal.EventLogs;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.protocol.group.GroupEvent;
import io.quorate.node.protocol.group.GroupSettings;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.serial.Stamps;
import io.quorate.node.storage.EventLog;
import io.quorate.node.storage.RocksColumns;
import io.quorate.node.storage.RocksGroupStore;
import io.quorate.node.storage.RocksPartitionStore;
import io.quorate.node.transport.Received;
import io.quorate.node.transport.Transport;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.epoch.RingState;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The groups of one node: their log, their actors, and the ways to them. */
final class NodeGroups {
    private static final Logger LOG = LoggerFactory.getLogger(NodeGroups.class);
    private static final String BEGUN = "groups";

    private final NodeConfig config;
    private final RocksColumns columns;
    private final boolean knownDisk;
    private final String log;
    private final GroupTable table;
    private final ActorRef<Received> actor;
    /** What is kept of it on this disk, which nobody else writes; null if nothing is. */
    private byte @Nullable [] marked;

    private boolean begun;
    private volatile boolean told;
    private volatile boolean needed;

    /**
     * None until a leader bucket is known.
     *
     * @param knownDisk whether this disk has been in use among other nodes before
     */
    NodeGroups(
            NodeConfig config,
            RingState ring,
            RocksColumns columns,
            boolean knownDisk,
            RocksPartitionStore store,
            ActorSystem<?> system,
            Transport transport,
            Stamps stamps,
            PeerQuarantine.Listener errors,
            LongSupplier nanoClock,
            NodeMetrics metrics,
            Runnable ended) {
        this.config = config;
        this.columns = columns;
        this.knownDisk = knownDisk;
        this.marked = columns.getMeta(BEGUN);
        // A system that was given may see this node start more than once.
        this.log = config.node() + "-" + Long.toHexString(Wiring.incarnations().getAsLong());
        for (GroupEvent event : GroupEvent.values()) {
            count(metrics, event, 0);
        }
        Executor later = system.dispatchers().lookup(DispatcherSelector.fromConfig("quorate.group-dispatcher"));
        this.table = new GroupTable(
                config.node(),
                transport,
                stamps,
                nanoClock,
                Wiring.messageIds(),
                errors,
                (nanos, work) ->
                        system.scheduler().scheduleOnce(Duration.ofNanos(nanos), work, system.executionContext()),
                later);
        EventLogs.of(Adapter.toClassic(system)).add(log, new EventLog(store));
        this.actor = system.systemActorOf(
                GroupsActor.create(new GroupsActor.Around(
                        config.node(),
                        ring,
                        new RocksGroupStore(store, config.tuning().recentRecordsBytes()),
                        GroupSettings.DEFAULT.withCheck(config.tuning().groupCheckNanos()),
                        table,
                        nanoClock,
                        Wiring.wallMillis(),
                        Wiring.messageIds(),
                        partition -> Wiring.random(),
                        log,
                        event -> count(metrics, event, 1),
                        metrics::entryCommitted,
                        () -> {
                            EventLogs.of(Adapter.toClassic(system)).remove(log);
                            ended.run();
                        })),
                GroupsActor.nameOf(config.node()),
                DispatcherSelector.fromConfig("quorate.group-dispatcher"));
    }

    private static void count(NodeMetrics metrics, GroupEvent event, int times) {
        if (event == GroupEvent.CHECK_ALARM) {
            metrics.count("quorate.anti.entropy.alarms", "cause", "group", times);
            return;
        }
        metrics.count(
                "quorate.groups", "event", event.name().toLowerCase(Locale.ROOT).replace('_', '-'), times);
    }

    GroupTable table() {
        return table;
    }

    /**
     * Begins once there is a leader bucket, and it is known whether this disk has forgotten what its groups promised: who voted,
     * or acknowledged an entry, must not do so a second time in another way, and is let in by the others first.
     */
    void consider(NodeView view) {
        if (begun) {
            return;
        }
        boolean led = view.buckets().values().stream()
                .anyMatch(entry -> entry.definition().isLed());
        Losses losses = view.losses();
        if (marked == null && hasPromisedNothing(view, led)) {
            keep(mark(losses, false));
        }
        if (!led) {
            return;
        }
        needed = true;
        if (marked == null && losses.count() > 0) {
            keep(mark(losses, true));
            LOG.warn(
                    "{}: this node has lost what was on its disk, and with it what its groups had promised: they take part when a"
                            + " majority without this node has let them in",
                    config.node());
        }
        boolean rejoins = Arrays.equals(marked, mark(losses, true));
        if (rejoins || Arrays.equals(marked, mark(losses, false))) {
            begun = true;
            actor.tell(new GroupsActor.Message.Begin(rejoins));
        } else if (losses.count() > 0 && !told) {
            told = true;
            LOG.error(
                    "{}: this disk was put back, or cannot prove that it has all that its groups had promised; it takes no part"
                            + " in groups. Stop this node, empty its data directory and start it again: then the other nodes"
                            + " let it in",
                    config.node());
        }
    }

    /** Whether all that can serve does; groups that may not begin keep nobody waiting. */
    boolean isReady() {
        return !needed || told || table.isReady();
    }

    /**
     * Whether no disk of this node was ever in a group. One that has lost a disk knows so only as long as there was no leader
     * bucket: the others, all of them, know of none, and none of the names was used before.
     */
    private boolean hasPromisedNothing(NodeView view, boolean led) {
        Losses losses = view.losses();
        if (losses.count() == 0) {
            return led && (knownDisk || hasHeardAll(view));
        }
        return !led
                && hasHeardAll(view)
                && losses.toldAll()
                && !losses.unsure()
                && view.buckets().values().stream().allMatch(entry -> entry.generation() == 1);
    }

    private boolean hasHeardAll(NodeView view) {
        return view.up().size() == config.membership().size() - 1;
    }

    /** What is kept on a disk: how many were lost before it, and whether its groups have to be let in. */
    private static byte[] mark(Losses losses, boolean rejoins) {
        ByteSink mark = new ByteSink(5).u32(losses.count());
        return (rejoins ? mark.u8(1) : mark).toByteArray();
    }

    private void keep(byte[] mark) {
        columns.putMeta(BEGUN, mark);
        marked = mark;
    }

    /** Has all groups end. */
    void stop() {
        actor.tell(new GroupsActor.Message.Stop());
    }
}
