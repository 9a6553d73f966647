package io.quorate.node.actor;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.bucket.BucketEntry;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.ring.topology.NodeId;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** What a node knows of buckets and peers at one moment: an immutable snapshot that any thread may read. */
public record NodeView(ImmutableMap<String, BucketEntry> buckets, ImmutableMap<NodeId, PeerInfo> up, Losses losses) {
    public static NodeView of(Collection<BucketEntry> entries, ImmutableMap<NodeId, PeerInfo> up, Losses losses) {
        ImmutableMap.Builder<String, BucketEntry> buckets = ImmutableMap.builder();
        entries.forEach(entry -> buckets.put(entry.name(), entry));
        return new NodeView(buckets.build(), up, losses);
    }

    /** Whether a bucket that is not here does not exist: a node that has lost its disk has to hear of them first. */
    public boolean knowsAllBuckets() {
        return !losses.unsure() && (losses.count() == losses.recovered() || losses.toldAll());
    }

    /** The bucket of that name unless there is none or it is deleted. */
    public @Nullable BucketEntry bucket(String name) {
        BucketEntry entry = buckets.get(name);
        return entry == null || entry.deleted() ? null : entry;
    }
}
