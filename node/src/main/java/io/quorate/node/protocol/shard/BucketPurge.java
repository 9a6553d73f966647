package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/** Removes the keys of deleted buckets, a few at each tick. */
final class BucketPurge {
    private static final int KEYS_MAX = 64;

    private final Context context;
    private final Deque<Job> jobs = new ArrayDeque<>();
    /** The last generation of each name that was queued since the start; what is gone takes no new keys. */
    private final Map<String, Integer> queued = new TreeMap<>();

    /**
     * A bucket's generation in one replica set. Everything is looked through twice, the second time for a write that was on
     * its way to the disk the first time.
     */
    private record Job(ReplicaSetId set, String bucket, int generation, boolean last) {
        Job again() {
            return new Job(set, bucket, generation, true);
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
                    jobs.add(new Job(set, bucket, g, false));
                }
            });
        }
        queued.putAll(news);
    }

    boolean idle() {
        return jobs.isEmpty();
    }

    void step() {
        Job job = jobs.peek();
        if (job == null) {
            return;
        }
        long commit;
        try {
            commit = context.replicas.get(job.set()).dropBucket(job.bucket(), job.generation(), KEYS_MAX);
        } catch (CorruptRecordException | StorageException e) {
            jobs.poll();
            context.corruption("purge of bucket " + job.bucket() + ": " + e.getMessage());
            return;
        }
        if (commit < 0) {
            // What is left has changes on their way to the disk: later.
            jobs.addLast(jobs.remove());
            return;
        }
        if (commit == 0) {
            jobs.poll();
            if (!job.last()) {
                jobs.addLast(job.again());
            }
            return;
        }
        // The same again after this commit, so that one purge is in flight at a time.
        jobs.poll();
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
