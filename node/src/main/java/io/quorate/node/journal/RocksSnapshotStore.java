package io.quorate.node.journal;

import com.typesafe.config.Config;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.storage.EventLog;
import io.quorate.ring.bytes.Bytes;
import java.io.NotSerializableException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.pekko.dispatch.Futures;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.concurrent.Promise;

/**
 * Snapshots in the node's own database, durable before they count. Where the newest that fits is damaged an older one is
 * given; who deletes events has to keep those behind it.
 */
public final class RocksSnapshotStore extends SnapshotStore {
    private static final Logger LOG = LoggerFactory.getLogger(RocksSnapshotStore.class);

    private final Supplier<EventLog> log;
    private final EventCodec codec = new EventCodec(context().system());
    private final ExecutionContext blocking;

    /** Made by Pekko. */
    public RocksSnapshotStore(Config config) {
        this.log = EventLogs.of(context().system()).finder(config.getString("store"));
        this.blocking = context().system().dispatchers().lookup(config.getString("replay-dispatcher"));
    }

    @Override
    public Future<Optional<SelectedSnapshot>> doLoadAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        return Futures.future(() -> load(persistenceId, criteria), blocking);
    }

    private Optional<SelectedSnapshot> load(String persistenceId, SnapshotSelectionCriteria criteria) throws Exception {
        NavigableMap<Long, CorruptRecordException> damaged = new TreeMap<>();
        List<EventLog.Snapshot> readable = log.get().snapshots(persistenceId, (sequence, why) -> {
            if (fits(sequence, criteria)) {
                damaged.put(sequence, why);
            }
        });
        for (EventLog.Snapshot snapshot : readable) {
            SnapshotMetadata metadata = new SnapshotMetadata(persistenceId, snapshot.sequence(), snapshot.millis());
            if (criteria.matches(metadata)) {
                damaged.tailMap(snapshot.sequence(), false)
                        .values()
                        .forEach(each -> LOG.error("{}; an older one is taken", each.getMessage()));
                return Optional.of(SelectedSnapshot.create(metadata, codec.decodeSnapshot(snapshot.data())));
            }
        }
        if (!damaged.isEmpty()) {
            throw damaged.lastEntry().getValue();
        }
        return Optional.empty();
    }

    /** Of one that is damaged only the number is known. */
    private static boolean fits(long sequence, SnapshotSelectionCriteria criteria) {
        return sequence >= criteria.minSequenceNr() && sequence <= criteria.maxSequenceNr();
    }

    @Override
    public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
        Promise<Void> done = Futures.promise();
        Bytes encoded;
        try {
            encoded = codec.encodeSnapshot(snapshot);
        } catch (NotSerializableException e) {
            return Futures.failed(e);
        }
        log.get()
                .save(
                        metadata.persistenceId(),
                        new EventLog.Snapshot(metadata.sequenceNr(), metadata.timestamp(), encoded),
                        failure -> RocksJournal.complete(done, failure));
        return done.future();
    }

    @Override
    public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
        return doDeleteAsync(
                metadata.persistenceId(),
                SnapshotSelectionCriteria.create(metadata.sequenceNr(), Long.MAX_VALUE, metadata.sequenceNr(), 0));
    }

    @Override
    public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
        Promise<Void> done = Futures.promise();
        Future<Object> begun = Futures.future(
                () -> {
                    List<Long> matching = new ArrayList<>();
                    for (EventLog.Snapshot snapshot : log.get().snapshots(persistenceId, (sequence, why) -> {
                        if (fits(sequence, criteria)) {
                            matching.add(sequence);
                        }
                    })) {
                        if (criteria.matches(
                                new SnapshotMetadata(persistenceId, snapshot.sequence(), snapshot.millis()))) {
                            matching.add(snapshot.sequence());
                        }
                    }
                    log.get()
                            .deleteSnapshots(
                                    persistenceId, matching::contains, failure -> RocksJournal.complete(done, failure));
                    return persistenceId;
                },
                blocking);
        begun.onComplete(
                result -> {
                    if (result.isFailure()) {
                        done.tryFailure(result.failed().get());
                    }
                    return null;
                },
                blocking);
        return done.future();
    }
}
