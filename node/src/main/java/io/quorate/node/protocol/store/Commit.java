package io.quorate.node.protocol.store;

import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of a replica: everything in it becomes durable together or not at all. Commits of a replica set are applied
 * in the order in which they were given.
 *
 * @param id rises by one with each commit of its replica set since it was opened
 * @param settled keys with versions whose remnant the clock has come to cover: their records stay, off the list
 * @param header the replica's incarnation and clock after this change; null in a commit of hints or retired actors
 */
public record Commit(
        long id,
        ReplicaSetId set,
        List<Change> changes,
        List<RecordKey> settled,
        @Nullable Header header,
        @Nullable RequestEntry request,
        List<HintChange> hints,
        List<RetiredActor> retired) {
    /** The sequence of commits that change hints and no replica. */
    public static final ReplicaSetId HINTS = new ReplicaSetId(0, 0);
    /** The sequence of commits that retire actors. */
    public static final ReplicaSetId RETIRED = new ReplicaSetId(0, 1);

    /** A commit of a replica. */
    public Commit(
            long id,
            ReplicaSetId set,
            List<Change> changes,
            List<RecordKey> settled,
            Header header,
            @Nullable RequestEntry request) {
        this(id, set, changes, settled, header, request, List.of(), List.of());
    }

    /** A commit of hints. */
    public static Commit ofHints(long id, List<HintChange> hints) {
        return new Commit(id, HINTS, List.of(), List.of(), null, null, hints, List.of());
    }

    /** A commit that retires an actor. */
    public static Commit ofRetired(long id, RetiredActor retired) {
        return new Commit(id, RETIRED, List.of(), List.of(), null, null, List.of(), List.of(retired));
    }

    /** A commit that takes nothing off the list of remnants but by its changes. */
    public Commit(long id, ReplicaSetId set, List<Change> changes, Header header, @Nullable RequestEntry request) {
        this(id, set, changes, List.of(), header, request);
    }

    /** Bytes of its values: what it weighs in a batch, near enough. */
    public long bytes() {
        long bytes = 0;
        for (Change change : changes) {
            for (Version version : change.state().versions()) {
                bytes += version.value().length();
            }
        }
        for (HintChange change : hints) {
            Hint hint = change.hint();
            bytes += hint == null ? 0 : hint.bytes();
        }
        return bytes;
    }

    /**
     * A hint comes or goes.
     *
     * @param hint null if it goes
     */
    public record HintChange(
            NodeId target, RecordKey key, @Nullable Hint hint) {}

    /**
     * One key's record.
     *
     * @param state stripped; an empty state removes the record
     * @param remnant the state holds a context: it is listed, until the clock covers that
     * @param leaf the key's leaf and its sum after this change
     */
    public record Change(RecordKey key, KeyState state, boolean remnant, int leaf, LeafTable.Sum sum) {}

    /**
     * What is kept once for each replica set.
     *
     * @param clock encoded by {@link io.quorate.ring.version.VersionCodec#writeClock}
     * @param keys keys with at least one version
     * @param versions versions of all keys
     * @param recovered how many losses of its node's this replica has made up for
     */
    public record Header(long incarnation, Bytes clock, long keys, long versions, int recovered) {}

    /**
     * A write that carried an idempotency key, remembered for ten to twenty minutes.
     *
     * @param id 16 bytes: hash of bucket, generation, key and idempotency key
     * @param era the wall clock in units of ten minutes
     * @param seen the context that the write was made over, so that a retry repeats exactly that write: one dot must never
     *     stand for two effects
     */
    public record RequestEntry(Bytes id, int era, long bodyHash, Dot dot, CausalContext seen) {}
}
