package io.quorate.node.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.storage.EventLog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The logs of the nodes that live in one actor system, by their names: a plugin is made by Pekko from its configuration
 * alone, and finds its log here.
 */
public final class EventLogs implements Extension {
    private static final Id ID = new Id();

    private final Map<String, EventLog> logs = new ConcurrentHashMap<>();

    private EventLogs() {}

    private static final class Id extends AbstractExtensionId<EventLogs> {
        @Override
        public EventLogs createExtension(ExtendedActorSystem system) {
            return new EventLogs();
        }
    }

    public static EventLogs of(ActorSystem system) {
        return ID.get(system);
    }

    /**
     * Makes a log known.
     *
     * @param name of this run of the node: never used again in this system
     */
    public void add(String name, EventLog log) {
        if (logs.putIfAbsent(name, log) != null) {
            throw new IllegalStateException("there is a log named " + name);
        }
    }

    public void remove(String name) {
        logs.remove(name);
    }

    /** Finds a log when it is used: a plugin may be made only when its node is ending already. */
    Supplier<EventLog> finder(String name) {
        return () -> get(name);
    }

    /**
     * A log.
     *
     * @throws StorageException if there is none any more
     */
    public EventLog get(String name) {
        EventLog log = logs.get(name);
        if (log == null) {
            throw new StorageException("no log named " + name + "; its node has ended");
        }
        return log;
    }

    /** The path of the journal plugin of a log. */
    public static String journalId(String name) {
        return "quorate.journals." + name;
    }

    /** The path of the snapshot plugin of a log. */
    public static String snapshotId(String name) {
        return "quorate.snapshots." + name;
    }

    /** The configuration of both plugins of a log. */
    public static Config plugins(ActorSystem system, String name) {
        Config known = system.settings().config();
        Config own = ConfigFactory.parseMap(Map.of("store", name));
        return ConfigFactory.empty()
                .withValue(
                        journalId(name),
                        own.withFallback(known.getConfig("quorate.journal")).root())
                .withValue(
                        snapshotId(name),
                        own.withFallback(known.getConfig("quorate.snapshot-store"))
                                .root());
    }
}
