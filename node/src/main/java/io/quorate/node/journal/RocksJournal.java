package io.quorate.node.journal;

import com.typesafe.config.Config;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.node.storage.EventLog;
import io.quorate.ring.bytes.Bytes;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.dispatch.Futures;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.jspecify.annotations.Nullable;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.concurrent.Promise;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A journal in the node's own database. What all actors write at a time shares one fsync (see {@link EventLog}); each hears
 * of its own as soon as that has ended.
 *
 * <p>An actor that starts anew may ask for its highest number while a write of the one before it is under way: the answer
 * waits for that, or the two would use a number twice.
 */
public final class RocksJournal extends AsyncWriteJournal {
    private final Supplier<EventLog> log;
    private final EventCodec codec = new EventCodec(context().system());
    private final ExecutionContext blocking;
    /** The last write of each writer that is under way. */
    private final Map<String, Future<?>> underWay = new ConcurrentHashMap<>();
    /** As what each writer has read its log. */
    private final Map<String, Long> generations = new ConcurrentHashMap<>();
    /** The last deletion of each writer that is under way: each begins with what the one before has written down. */
    private final Map<String, Future<?>> deleting = new ConcurrentHashMap<>();

    /** Made by Pekko. */
    public RocksJournal(Config config) {
        this.log = EventLogs.of(context().system()).finder(config.getString("store"));
        this.blocking = context().system().dispatchers().lookup(config.getString("replay-dispatcher"));
    }

    /** All of one actor: it writes nothing more before this has ended. */
    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> writes) {
        List<Optional<Exception>> rejections = new ArrayList<>();
        List<EventLog.Event> events = new ArrayList<>();
        String writer = "";
        boolean rejects = false;
        for (AtomicWrite write : writes) {
            writer = write.persistenceId();
            try {
                events.addAll(encode(write));
                rejections.add(Optional.empty());
            } catch (NotSerializableException | RuntimeException e) {
                rejects = true;
                rejections.add(Optional.of(e));
                // The actor goes on with the next number: what is not there must not look like something lost.
                for (PersistentRepr event : CollectionConverters.asJava(write.payload())) {
                    events.add(new EventLog.Event(event.sequenceNr(), Bytes.EMPTY));
                }
            }
        }
        Iterable<Optional<Exception>> results = rejects ? rejections : List.of();
        return append(writer, events, results);
    }

    /** All events of a write, or an exception: a write is made in whole or not at all. */
    private List<EventLog.Event> encode(AtomicWrite write) throws NotSerializableException {
        List<EventLog.Event> events = new ArrayList<>(write.size());
        for (PersistentRepr event : CollectionConverters.asJava(write.payload())) {
            events.add(new EventLog.Event(event.sequenceNr(), codec.encode(event)));
        }
        return events;
    }

    private <T> Future<T> append(String writer, List<EventLog.Event> events, T result) {
        Promise<T> done = Futures.promise();
        Future<T> ended = done.future();
        underWay.put(writer, ended);
        EventLog into = log.get();
        long generation = generations.computeIfAbsent(writer, first -> into.generation());
        into.append(writer, generation, events, failure -> {
            underWay.remove(writer, ended);
            if (failure == null) {
                done.success(result);
            } else {
                done.failure(failure);
            }
        });
        return ended;
    }

    static void complete(Promise<Void> promise, @Nullable StorageException failure) {
        if (failure == null) {
            promise.success(null);
        } else {
            promise.failure(failure);
        }
    }

    /** Does something that may block, once no write of a writer is under way. */
    private <T> Future<T> afterWrites(String writer, java.util.concurrent.Callable<T> work) {
        return after(underWay.get(writer), work);
    }

    private <T> Future<T> after(@Nullable Future<?> pending, java.util.concurrent.Callable<T> work) {
        if (pending == null) {
            return Futures.future(work, blocking);
        }
        Promise<T> done = Futures.promise();
        pending.onComplete(
                ended -> {
                    done.completeWith(Futures.future(work, blocking));
                    return null;
                },
                blocking);
        return done.future();
    }

    @Override
    public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
        Promise<Void> done = Futures.promise();
        Future<Void> ended = done.future();
        Future<?> before = deleting.put(persistenceId, ended);
        Future<?> written = underWay.get(persistenceId);
        Future<Object> begun = after(before, () -> persistenceId)
                .flatMap(
                        id -> after(written, () -> {
                            log.get().deleteTo(persistenceId, toSequenceNr, failure -> {
                                deleting.remove(persistenceId, ended);
                                complete(done, failure);
                            });
                            return persistenceId;
                        }),
                        blocking);
        begun.onComplete(
                result -> {
                    if (result.isFailure()) {
                        deleting.remove(persistenceId, ended);
                        done.tryFailure(result.failed().get());
                    }
                    return null;
                },
                blocking);
        return ended;
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
        return afterWrites(persistenceId, () -> {
            EventLog from = log.get();
            generations.put(persistenceId, from.generation());
            return from.highest(persistenceId);
        });
    }

    @Override
    public Future<Void> doAsyncReplayMessages(
            String persistenceId,
            long fromSequenceNr,
            long toSequenceNr,
            long max,
            Consumer<PersistentRepr> replayCallback) {
        return Futures.future(
                () -> {
                    log.get().replay(persistenceId, fromSequenceNr, toSequenceNr, max, event -> {
                        if (event.data().length() == 0) {
                            return;
                        }
                        try {
                            replayCallback.accept(codec.decode(persistenceId, event.sequence(), event.data()));
                        } catch (NotSerializableException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
                    return null;
                },
                blocking);
    }
}
