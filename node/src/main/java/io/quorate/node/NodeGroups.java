package io.quorate.node;

import io.quorate.node.actor.GroupTable;
import io.quorate.node.actor.GroupsActor;
import io.quorate.node.actor.PeerQuarantine;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.journal.EventLogs;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.protocol.group.Group;
import io.quorate.node.protocol.group.GroupSettings;
import io.quorate.node.serial.Stamps;
import io.quorate.node.storage.EventLog;
import io.quorate.node.storage.RocksGroupStore;
import io.quorate.node.storage.RocksPartitionStore;
import io.quorate.node.transport.Received;
import io.quorate.node.transport.Transport;
import io.quorate.ring.epoch.RingState;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** The groups of one node: their log, their actors, and the ways to them. */
final class NodeGroups {
    private final String log;
    private final GroupTable table;
    private final ActorRef<Received> actor;

    NodeGroups(
            NodeConfig config,
            RingState ring,
            RocksPartitionStore store,
            ActorSystem<?> system,
            Transport transport,
            Stamps stamps,
            PeerQuarantine.Listener errors,
            LongSupplier nanoClock,
            NodeMetrics metrics,
            Runnable ended) {
        // A system that was given may see this node start more than once.
        this.log = config.node() + "-" + Long.toHexString(Wiring.incarnations().getAsLong());
        Executor later = system.dispatchers().lookup(DispatcherSelector.fromConfig("quorate.group-dispatcher"));
        this.table = new GroupTable(
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
                        GroupSettings.DEFAULT,
                        table,
                        nanoClock,
                        Wiring.wallMillis(),
                        Wiring.messageIds(),
                        partition -> Wiring.random(),
                        log,
                        event -> count(metrics, event),
                        () -> {
                            EventLogs.of(Adapter.toClassic(system)).remove(log);
                            ended.run();
                        })),
                GroupsActor.nameOf(config.node()),
                DispatcherSelector.fromConfig("quorate.group-dispatcher"));
    }

    private static void count(NodeMetrics metrics, Group.Event event) {
        metrics.count(
                "quorate.groups", "event", event.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    GroupTable table() {
        return table;
    }

    /** There is a leader bucket: the groups are needed. */
    void begin() {
        actor.tell(new GroupsActor.Message.Begin());
    }

    /** Has all groups end. */
    void stop() {
        actor.tell(new GroupsActor.Message.Stop());
    }
}
