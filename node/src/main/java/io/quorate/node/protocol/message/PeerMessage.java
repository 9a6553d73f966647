package io.quorate.node.protocol.message;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.bucket.BucketEntry;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionedObject;
import org.jspecify.annotations.Nullable;

/**
 * Everything that nodes say to each other. Requests carry an id that the answer repeats and the time they have left;
 * every message may be lost or late, and all but {@link Forward} may come any number of times with the same effect.
 */
public sealed interface PeerMessage {
    /** Messages of the data plane: they go to the shard of their partition. */
    sealed interface Data extends PeerMessage
            permits Write,
                    WriteAck,
                    Read,
                    ReadReply,
                    Forward,
                    ForwardReply,
                    FindRequest,
                    FoundRequest,
                    KeepHint,
                    ExchangeMessage {
        /** The partition, by which the receiver finds the shard. */
        int partition();
    }

    /** Messages about the node itself. */
    sealed interface Control extends PeerMessage {}

    /** Where the object of a write comes from. */
    enum Origin {
        /** From its coordinator, who has just made it. */
        NEW,
        /** From a home that has it, from who keeps it for this one, or from who has read it at homes. */
        COPY,
        /** From all other homes, merged, to put back what the receiver has lost. */
        REPAIR
    }

    /**
     * Merge this object and answer when it is durable.
     *
     * @param request to be remembered with the write, or null
     */
    record Write(
            long id,
            RecordKey key,
            VersionedObject object,
            Origin origin,
            Commit.@Nullable RequestEntry request,
            int millisLeft,
            long epoch)
            implements Data {
        @Override
        public int partition() {
            return key.set().partition();
        }
    }

    /** How a replica fared with a request. */
    enum Status {
        OK,
        CORRUPT,
        DISK_FULL,
        OVERLOADED,
        STALE_BUCKET,
        FAILED,
        /** There is no room for more writes of others, or nothing is kept of the key. */
        NO_HINT,
        /** The replica has lost data and not got it back yet: what it holds counts for no read. */
        LAGGING,
        /** The actor of the write is over, so all other nodes have been told (rule E9): nothing new of it is taken. */
        RETIRED
    }

    /**
     * Keep this write for a home that cannot take it, and answer with a {@link WriteAck} when it is durable.
     *
     * @param counted whether a level is to rest on it
     */
    record KeepHint(
            long id, NodeId target, RecordKey key, VersionedObject object, Origin origin, boolean counted, long epoch)
            implements Data {
        @Override
        public int partition() {
            return key.set().partition();
        }
    }

    record WriteAck(long id, int partition, Status status) implements Data {}

    /** What a read wants of a replica. */
    enum Want {
        /** The digest of the live dots. */
        DIGEST,
        /** The filled state. */
        STATE,
        /** The filled state, absences proved (condition C9). */
        PROVED,
        /** What is kept of the key for its homes, asked of a node that is none. */
        HINTED,
        /** As {@link #PROVED}, and of a replica that lags too: to mend a record with, which counts no homes. */
        MENDING;

        /** Whether an answer to this is also one to {@code wanted}. */
        public boolean answers(Want wanted) {
            return this == wanted || this == PROVED || this == HINTED || (this == STATE && wanted == DIGEST);
        }
    }

    record Read(long id, RecordKey key, Want want, int millisLeft, long epoch) implements Data {
        @Override
        public int partition() {
            return key.set().partition();
        }
    }

    /**
     * The answer to {@link Read}: a digest, or a state where one was wanted.
     *
     * @param want what was asked for: a late answer to an earlier question must not pass for a proof
     */
    record ReadReply(
            long id,
            int partition,
            Want want,
            Status status,
            long digest,
            @Nullable KeyState state) implements Data {}

    /** Coordinate this request: sent once, by the node that took it, to a home. */
    record Forward(long id, KeyRequest request, int millisLeft, long epoch) implements Data {
        @Override
        public int partition() {
            return request.address().partition();
        }
    }

    record ForwardReply(long id, int partition, KeyReply reply) implements Data {}

    /**
     * Has a write of this idempotency key been taken there, and does a context claim what was never written there?
     *
     * @param request empty if only the context is asked about
     * @param claimed what a client claims to have seen
     */
    record FindRequest(long id, RecordKey key, Bytes request, CausalContext claimed) implements Data {
        @Override
        public int partition() {
            return key.set().partition();
        }
    }

    /**
     * The answer to {@link FindRequest}.
     *
     * @param neverWritten whether the context claims dots of the answering node's own that it has not issued
     */
    record FoundRequest(long id, int partition, Commit.@Nullable RequestEntry request, boolean neverWritten)
            implements Data {}

    /**
     * "I am here", several times a second to every peer.
     *
     * @param bootId a number drawn at the start of the sender's process
     * @param serving whether it takes requests for its partitions
     * @param hearsYou whether it has heard of the receiver lately
     * @param buckets digest of its bucket registry
     * @param standInMillis how long ago it last coordinated a write with an idempotency key for an earlier home; -1 never
     * @param island which cluster of actor systems the sender belongs to; 0 for none
     * @param wallMillis what its clock shows
     * @param catchingUp whether some replica of it is behind, so that others are asked first
     * @param owed keys of which the sender keeps writes for the receiver
     */
    record Ping(
            long bootId,
            boolean serving,
            boolean hearsYou,
            long buckets,
            long epoch,
            long standInMillis,
            long island,
            long wallMillis,
            DiskWord disk,
            boolean catchingUp,
            long owed)
            implements Control {}

    /**
     * What nodes tell each other of their disks, by numbers that are drawn when a disk is first used.
     *
     * @param own the sender's
     * @param yours the receiver's as the sender remembers it; 0 if it never heard of one
     * @param former a disk that the receiver spoke of, and that the sender knows it has lost; 0 if there is none
     */
    record DiskWord(long own, long yours, long former) {
        public static final DiskWord NONE = new DiskWord(0, 0, 0);
    }

    /** The sender is going down in order. */
    record Bye(long bootId) implements Control {}

    /**
     * All bucket definitions of the sender.
     *
     * @param answer whether the receiver should send its own back
     */
    record Buckets(ImmutableList<BucketEntry> entries, boolean answer) implements Control {}
}
