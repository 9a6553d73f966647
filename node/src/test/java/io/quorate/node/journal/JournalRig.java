package io.quorate.node.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.storage.EventLog;
import io.quorate.node.storage.RocksColumns;
import io.quorate.node.storage.RocksPartitionStore;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.storage.WriteObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.JournalProtocol.ReplayedMessage;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.PersistentEnvelope;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.PersistentRepr$;
import scala.jdk.javaapi.CollectionConverters;

/** One database with its log and the two plugins on it, and what persistent actors say to them. */
final class JournalRig implements AutoCloseable {
    /** Every run needs a name of its own, because the plugins of a name live as long as the system. */
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final ActorSystem system;
    private final Path directory;
    private final TestDisk disk = new TestDisk();
    private final String name = "run" + RUNS.incrementAndGet();
    private final RocksColumns columns;
    private final RocksPartitionStore store;
    private final EventLog log;
    private final ActorRef journal;
    private boolean closed;

    JournalRig(ActorSystem system, Path directory) {
        this.system = system;
        this.directory = directory;
        this.columns = RocksColumns.open(directory, SyncMode.GROUP, disk);
        this.store = new RocksPartitionStore(
                columns, TestKeys.PARTITIONS, Thread::new, System::nanoTime, WriteObserver.NONE);
        this.log = new EventLog(store);
        EventLogs.of(system).add(name, log);
        this.journal = Persistence.get(system).journalFor(EventLogs.journalId(name), plugins());
    }

    /** A system that can say what the plugins have been asked, and has a serializer that minds how it is called. */
    static ActorSystem system() {
        String own = String.join(
                "\n",
                "pekko.actor.provider = local",
                "pekko.loglevel = WARNING",
                "pekko.loggers = [\"org.apache.pekko.event.slf4j.Slf4jLogger\"]",
                "pekko.log-dead-letters = off",
                "pekko.actor.allow-java-serialization = off",
                "pekko.persistence.publish-plugin-commands = on",
                "pekko.actor.serializers.mindful = \"" + MindfulSerializer.class.getName() + "\"",
                "pekko.actor.serialization-bindings {\"" + MindfulSerializer.Payload.class.getName() + "\" = mindful}");
        return ActorSystem.create("journal", ConfigFactory.parseString(own).withFallback(ConfigFactory.load()));
    }

    static void stop(ActorSystem system) {
        system.terminate();
        try {
            assertThat(system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS))
                    .isNotNull();
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** What a node finds that starts anew: this database is closed first. */
    JournalRig reopened() {
        close();
        return new JournalRig(system, directory);
    }

    Config plugins() {
        return EventLogs.plugins(system, name);
    }

    String name() {
        return name;
    }

    ActorSystem actors() {
        return system;
    }

    TestDisk disk() {
        return disk;
    }

    RocksColumns columns() {
        return columns;
    }

    EventLog log() {
        return log;
    }

    ActorRef journal() {
        return journal;
    }

    ActorRef snapshots() {
        return Persistence.get(system).snapshotStoreFor(EventLogs.snapshotId(name), plugins());
    }

    Probe probe() {
        return new Probe(system);
    }

    static PersistentRepr event(String id, long number, Object payload, String writer) {
        return PersistentRepr$.MODULE$.apply(payload, number, id, "", false, ActorRef.noSender(), writer);
    }

    /** The event that most tests write under a number. */
    static PersistentRepr event(String id, long number, String writer) {
        return event(id, number, "a-" + number, writer);
    }

    /** Consecutive events, to be written in whole or not at all. */
    static AtomicWrite atomic(String id, String writer, long from, long to) {
        List<PersistentRepr> events = new ArrayList<>();
        for (long number = from; number <= to; number++) {
            events.add(event(id, number, writer));
        }
        return atomic(events.toArray(PersistentRepr[]::new));
    }

    static AtomicWrite atomic(PersistentRepr... events) {
        return new AtomicWrite(CollectionConverters.asScala(List.of(events)).toList());
    }

    /** Asks for writes to be made; the answers go to a probe. */
    void tellWrite(Probe answers, AtomicWrite... writes) {
        List<PersistentEnvelope> envelopes = List.of(writes);
        journal.tell(
                new JournalProtocol.WriteMessages(
                        CollectionConverters.asScala(envelopes).toList(), answers.ref(), 1),
                ActorRef.noSender());
    }

    /** What all was told of one event that was written. */
    static PersistentRepr written(Probe answers) {
        return answers.next(JournalProtocol.WriteMessageSuccess.class).persistent();
    }

    static void expectWritten(Probe answers, String id, String writer, long from, long to) {
        assertThat(answers.next()).isSameAs(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        for (long number = from; number <= to; number++) {
            assertThat(written(answers)).isEqualTo(event(id, number, writer));
        }
    }

    /** Writes events, each on its own but for the last two, which are written together. */
    void write(String id, String writer, long from, long to) {
        List<AtomicWrite> writes = new ArrayList<>();
        for (long number = from; number < to - 1; number++) {
            writes.add(atomic(id, writer, number, number));
        }
        writes.add(atomic(id, writer, Math.max(from, to - 1), to));
        Probe answers = probe();
        tellWrite(answers, writes.toArray(AtomicWrite[]::new));
        expectWritten(answers, id, writer, from, to);
    }

    void tellReplay(Probe answers, String id, long from, long to, long max) {
        journal.tell(new JournalProtocol.ReplayMessages(from, to, max, id, answers.ref()), ActorRef.noSender());
    }

    /** What a replay brought, and how it ended. */
    record Replay(List<PersistentRepr> events, Object end) {
        Replay {
            events = List.copyOf(events);
        }

        List<Long> numbers() {
            return events.stream().map(PersistentRepr::sequenceNr).toList();
        }

        /** The highest number ever used, which only a replay that succeeded tells. */
        long highest() {
            assertThat(end).isInstanceOf(JournalProtocol.RecoverySuccess.class);
            return ((JournalProtocol.RecoverySuccess) end).highestSequenceNr();
        }

        Throwable failure() {
            assertThat(end).isInstanceOf(JournalProtocol.ReplayMessagesFailure.class);
            return ((JournalProtocol.ReplayMessagesFailure) end).cause();
        }
    }

    static Replay takeReplay(Probe answers) {
        List<PersistentRepr> events = new ArrayList<>();
        Object next = answers.next();
        while (next instanceof ReplayedMessage replayed) {
            events.add(replayed.persistent());
            next = answers.next();
        }
        return new Replay(events, next);
    }

    Replay replay(String id, long from, long to, long max) {
        Probe answers = probe();
        tellReplay(answers, id, from, to, max);
        return takeReplay(answers);
    }

    Replay replay(String id) {
        return replay(id, 1, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    void tellDelete(Probe answers, String id, long to) {
        journal.tell(new JournalProtocol.DeleteMessagesTo(id, to, answers.ref()), ActorRef.noSender());
    }

    /** Deletes events, and returns the answer. */
    Object delete(String id, long to) {
        Probe answers = probe();
        tellDelete(answers, id, to);
        return answers.next();
    }

    /**
     * Returns when the plugin has taken up all that it was asked before: it takes messages in their order, and the threads
     * that read take work in its order.
     */
    void settle() {
        for (int i = 0; i < 4; i++) {
            assertThat(replay("nobody").highest()).isZero();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            disk.letAllGo();
            EventLogs.of(system).remove(name);
            store.close();
        }
    }
}
