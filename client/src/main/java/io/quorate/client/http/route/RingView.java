package io.quorate.client.http.route;

import io.quorate.client.http.engine.Origin;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The ring as a node told it.
 *
 * @param members addresses by id
 * @param homes the ids of each partition's homes, preferred first
 */
public record RingView(long epoch, PartitionCount partitions, Map<String, Origin> members, List<List<String>> homes) {
    /**
     * Checks that it fits together.
     *
     * @throws IllegalArgumentException saying what does not
     */
    public RingView {
        members = new LinkedHashMap<>(members);
        List<List<String>> copies = new ArrayList<>(homes.size());
        for (List<String> each : homes) {
            copies.add(List.copyOf(each));
        }
        homes = List.copyOf(copies);
        if (homes.size() != partitions.value()) {
            throw new IllegalArgumentException(
                    "a ring of " + partitions.value() + " partitions assigns " + homes.size() + " of them");
        }
        for (List<String> each : homes) {
            if (each.isEmpty() || !members.keySet().containsAll(each)) {
                throw new IllegalArgumentException("a partition of the ring has homes that are no members: " + each);
            }
        }
    }

    public int partitionOf(String bucket, Bytes key) {
        return partitions.partitionOf(TokenHash.tokenOf(bucket, key));
    }

    public List<String> homesOf(String bucket, Bytes key) {
        return Objects.requireNonNull(homes.get(partitionOf(bucket, key)));
    }
}
