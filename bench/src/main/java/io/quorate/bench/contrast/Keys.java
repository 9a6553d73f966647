package io.quorate.bench.contrast;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of a bucket: the same number in each partition, the partition of key {@code k} being {@code k % partitions}. Each
 * has one client that writes it, every tenth has two, one on either side of the cut.
 */
final class Keys {
    private static final int SHARED_EVERY = 10;

    private final List<String> names;
    private final int partitions;

    private Keys(List<String> names, int partitions) {
        this.names = List.copyOf(names);
        this.partitions = partitions;
    }

    /** Looks for so many names, rounded up to a multiple of the partitions. */
    static Keys of(String bucket, int count, int partitions) {
        PartitionCount ring = new PartitionCount(partitions);
        int each = (count + partitions - 1) / partitions;
        List<List<String>> found = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            found.add(new ArrayList<>(each));
        }
        int missing = each * partitions;
        for (int i = 0; missing > 0; i++) {
            String name = "key-" + i;
            List<String> place = found.get(ring.partitionOf(TokenHash.tokenOf(bucket, Bytes.ofUtf8(name))));
            if (place.size() < each) {
                place.add(name);
                missing--;
            }
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            for (List<String> place : found) {
                names.add(place.get(i));
            }
        }
        return new Keys(names, partitions);
    }

    int count() {
        return names.size();
    }

    int partitions() {
        return partitions;
    }

    String name(int key) {
        return names.get(key);
    }

    int partition(int key) {
        return key % partitions;
    }

    /** The keys that a client writes; {@code clients} is even. */
    List<Integer> writtenBy(int client, int clients) {
        List<Integer> written = new ArrayList<>();
        for (int key = 0; key < names.size(); key++) {
            // Not key % clients: all keys of a partition would have the same writer.
            int owner = (key / partitions + key) % clients;
            boolean second = key % SHARED_EVERY == 0 && (owner ^ 1) == client;
            if (owner == client || second) {
                written.add(key);
            }
        }
        return written;
    }
}
