package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Removes the keys of deleted buckets, a few at each tick. */
final class BucketPurge {
    private static final int KEYS_MAX = 512;

    private final Context context;
    private final Deque<Job> jobs = new ArrayDeque<>();

    private record Job(ReplicaSetId set, String bucket, int generation) {}

    BucketPurge(Context context) {
        this.context = context;
    }

    /** Looks through everything again: a bucket has been deleted, or the node has just started. */
    void restart() {
        jobs.clear();
        if (context.gone.isEmpty()) {
            return;
        }
        for (ReplicaSetId set : context.replicas.onDisk()) {
            context.gone.forEach((bucket, generation) -> {
                for (int g = 1; g <= generation; g++) {
                    jobs.add(new Job(set, bucket, g));
                }
            });
        }
    }

    void step() {
        Job job = jobs.peek();
        if (job == null) {
            return;
        }
        jobs.poll();
        long commit;
        try {
            commit = context.replicas.get(job.set()).dropBucket(job.bucket(), job.generation(), KEYS_MAX);
        } catch (CorruptRecordException | StorageException e) {
            context.corruption("purge of bucket " + job.bucket() + ": " + e.getMessage());
            return;
        }
        if (commit <= 0) {
            if (commit < 0) {
                jobs.add(job);
            }
            return;
        }
        // The same again after this commit, so that one purge is in flight at a time.
        context.replicas.whenDurable(
                job.set(),
                commit,
                (failure, now) -> {
                    if (failure == null) {
                        jobs.addFirst(job);
                    }
                },
                0);
    }
}
