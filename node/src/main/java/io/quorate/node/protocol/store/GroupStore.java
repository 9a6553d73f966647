package io.quorate.node.protocol.store;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.version.KeyState;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The disk of a node as its groups see it: the states that their logs lead to. Reads show what has been committed and
 * ended. Methods that cannot do their work throw {@link StorageException}; a record that cannot be trusted is a {@link
 * CorruptRecordException}.
 */
public interface GroupStore {
    /** The state of a key: one version, or {@link KeyState#EMPTY}. */
    KeyState read(RecordKey key);

    /**
     * The next keys that have a record, readable or not, in the store's order.
     *
     * @param after where to go on; null to begin
     * @param limit keys at most; fewer are returned only at the end
     */
    ImmutableList<RecordKey> keysAfter(ReplicaSetId set, @Nullable RecordKey after, int limit);

    /** Everything kept once for a group. */
    GroupCommit.Opened open(ReplicaSetId set);

    /**
     * Tells when all that was given before has ended, well or not: what {@link #open} finds then stays so until the next
     * change is given. On any thread.
     */
    void afterAll(Runnable then);

    /**
     * Gives up what there is of a group because it cannot be trusted, durably: it is nothing to begin with any more, and the
     * next state that comes in takes its place.
     *
     * @param ended told, on any thread, null if it stands
     */
    void giveUp(ReplicaSetId set, Consumer<@Nullable StorageException> ended);

    /** Whether a group was given up, and no other state has taken its place. */
    boolean isGivenUp(ReplicaSetId set);

    /** A write of this era or the one before that is remembered, or null. */
    GroupCommit.@Nullable Remembered findRequest(ReplicaSetId set, Bytes id, int era);

    /**
     * Writes a change, after all that were given before. Never blocks for the disk.
     *
     * @param ended told, on any thread, null if it stands, else why not; then nothing more of this opening is taken
     */
    void commit(GroupCommit commit, Consumer<@Nullable StorageException> ended);

    /** Why no change can be taken at present, null if it can. */
    @Nullable
    StorageException refusal();

    /** Rises whenever the store has been opened again after a failure. */
    long generation();

    /** A fixed view of a group's state, to be sent to another member. */
    Image image(ReplicaSetId set);

    /** A fixed view of a group's state, to be counted from its records. */
    Count count(ReplicaSetId set, PartitionCount partitions);

    /** Makes room for a state that comes in, beside the present one. */
    void beginInstall(ReplicaSetId set, Consumer<@Nullable StorageException> ended);

    /** Adds to the state that comes in. */
    void install(ReplicaSetId set, ImmutableList<GroupCommit.Row> rows, Consumer<@Nullable StorageException> ended);

    /** The state that came in takes the place of the present one, durably and in one step. */
    void endInstall(ReplicaSetId set, GroupCommit.Header header, Consumer<@Nullable StorageException> ended);

    /** A group's state at one moment. To be closed; not for several threads at once. */
    interface Image extends AutoCloseable {
        GroupCommit.Header header();

        /** The next rows, about so many bytes; none at the end. */
        ImmutableList<GroupCommit.Row> next(int bytes);

        @Override
        void close();
    }

    /** The counting of a group's state at one moment. To be closed; not for several threads at once. */
    interface Count extends AutoCloseable {
        /** Counts on, about so many bytes; false at the end. */
        boolean next(int bytes);

        /** What has been counted. */
        Counted counted();

        @Override
        void close();
    }
}
