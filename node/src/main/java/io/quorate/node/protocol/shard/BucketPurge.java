package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.replica.Drop;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Removes the keys of deleted buckets, a few at each tick. */
final class BucketPurge {
    private static final int KEYS_MAX = 256;

    private final Context context;
    private final Deque<Job> jobs = new ArrayDeque<>();
    /** The last generation of each name that was queued since the start; what is gone takes no new keys. */
    private final Map<String, Integer> queued = new TreeMap<>();

    /**
     * A bucket's generation in one replica set. Everything is looked through twice, the second time for a write that was on
     * its way to the disk the first time.
     *
     * @param after the last key that was looked at; null to begin
     * @param skipped whether this pass left a key with changes on their way to the disk
     * @param last whether this is the pass after which nothing can be left, if it skips nothing
     */
    private record Job(
            ReplicaSetId set,
            String bucket,
            int generation,
            @Nullable RecordKey after,
            boolean skipped,
            boolean last) {

        Job goOn(RecordKey next, boolean alsoSkipped) {
            return new Job(set, bucket, generation, next, skipped || alsoSkipped, last);
        }

        Job again() {
            return new Job(set, bucket, generation, null, false, true);
        }
    }

    BucketPurge(Context context) {
        this.context = context;
    }

    /** Takes up the buckets that were deleted since it was last asked; all that ever were when the node has just started. */
    void update() {
        Map<String, Integer> news = new TreeMap<>(context.gone);
        news.entrySet().removeIf(entry -> entry.getValue() <= queued.getOrDefault(entry.getKey(), 0));
        if (news.isEmpty()) {
            return;
        }
        for (ReplicaSetId set : context.replicas.all()) {
            news.forEach((bucket, generation) -> {
                for (int g = queued.getOrDefault(bucket, 0) + 1; g <= generation; g++) {
                    jobs.add(new Job(set, bucket, g, null, false, false));
                }
            });
        }
        queued.putAll(news);
    }

    boolean idle() {
        return jobs.isEmpty();
    }

    void step() {
        Job job = jobs.poll();
        if (job == null) {
            return;
        }
        Drop drop;
        try {
            drop = context.replicas.get(job.set()).dropBucket(job.bucket(), job.generation(), job.after(), KEYS_MAX);
        } catch (CorruptRecordException | StorageException e) {
            if (e instanceof StorageException failure && failure.diskFull()) {
                jobs.addLast(job);
                return;
            }
            context.corruption("purge of bucket " + job.bucket() + ": " + e.getMessage());
            return;
        }
        if (drop.commit() == 0) {
            goOn(job, drop);
            return;
        }
        // On after this commit, so that one purge of a replica set is in flight at a time.
        context.replicas.whenDurable(
                job.set(),
                drop.commit(),
                (failure, now) -> {
                    if (failure == null) {
                        goOn(job, drop);
                    } else if (failure.diskFull()) {
                        jobs.addLast(job.again());
                    }
                },
                0);
    }

    private void goOn(Job job, Drop drop) {
        RecordKey next = drop.next();
        if (next != null) {
            jobs.addFirst(job.goOn(next, drop.skipped()));
        } else if (!job.last() || job.skipped() || drop.skipped()) {
            jobs.addLast(job.again());
        }
    }
}
