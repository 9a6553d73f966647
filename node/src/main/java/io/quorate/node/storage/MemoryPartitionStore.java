package io.quorate.node.storage;

import com.google.common.collect.ImmutableSet;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.Hint;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store that lives as long as its process, for tests and first tries. It keeps records in the form they have on disk, so
 * that a byte can go wrong in it just as well.
 */
public final class MemoryPartitionStore implements PartitionStore {
    private final PartitionCount partitions;
    private final NavigableMap<byte[], byte[]> data = new TreeMap<>(Arrays::compareUnsigned);
    private final NavigableMap<byte[], byte[]> meta = new TreeMap<>(Arrays::compareUnsigned);
    private final NavigableMap<byte[], byte[]> requests = new TreeMap<>(Arrays::compareUnsigned);
    private final NavigableMap<byte[], byte[]> hints = new TreeMap<>(Arrays::compareUnsigned);
    private Consumer<Completion> listener = completion -> {};

    public MemoryPartitionStore(PartitionCount partitions) {
        this.partitions = partitions;
    }

    @Override
    public synchronized KeyState read(RecordKey key) {
        byte[] value = data.get(RecordCodec.key(key));
        return value == null
                ? KeyState.EMPTY
                : RecordCodec.readState(value, key.set().partition());
    }

    @Override
    public synchronized Opened open(ReplicaSetId set) {
        byte[] header = meta.get(RecordCodec.headerKey(set));
        LeafTable leaves = new LeafTable();
        for (int leaf = 0; leaf < LeafTable.LEAVES; leaf++) {
            byte[] sum = meta.get(RecordCodec.leafKey(set, leaf));
            if (sum != null) {
                leaves.set(leaf, RecordCodec.readSum(sum));
            }
        }
        Map<RecordKey, Remnant> remnants = new LinkedHashMap<>();
        for (Map.Entry<byte[], byte[]> entry : of(set).entrySet()) {
            KeyState state = RecordCodec.readable(entry.getValue(), set.partition());
            Remnant remnant = state == null ? null : Remnant.of(state);
            if (remnant != null) {
                remnants.put(RecordCodec.readKey(entry.getKey()), remnant);
            }
        }
        return new Opened(header == null ? null : RecordCodec.readHeader(header), leaves, remnants);
    }

    @Override
    public void commit(Commit commit) {
        synchronized (this) {
            for (Commit.Change change : commit.changes()) {
                byte[] key = RecordCodec.key(change.key());
                if (change.state().isEmpty()) {
                    data.remove(key);
                } else {
                    data.put(key, RecordCodec.state(change.state()));
                }
                meta.put(RecordCodec.leafKey(commit.set(), change.leaf()), RecordCodec.sum(change.sum()));
            }
            Commit.Header header = commit.header();
            if (header != null) {
                meta.put(RecordCodec.headerKey(commit.set()), RecordCodec.header(header));
            }
            for (Commit.HintChange change : commit.hints()) {
                Hint hint = change.hint();
                byte[] key = RecordCodec.hintKey(change.target(), change.key());
                if (hint == null) {
                    hints.remove(key);
                } else {
                    hints.put(key, RecordCodec.hint(hint));
                }
            }
            for (RetiredActor retired : commit.retired()) {
                meta.put(RecordCodec.retiredKey(retired), new byte[0]);
            }
            Commit.RequestEntry request = commit.request();
            if (request != null) {
                requests.put(
                        RecordCodec.requestKey(request.era(), commit.set(), request.id()),
                        RecordCodec.request(request));
            }
        }
        listener.accept(new Completion(commit, null));
    }

    @Override
    public synchronized @Nullable Hint hint(NodeId target, RecordKey key) {
        byte[] encoded = RecordCodec.hintKey(target, key);
        byte[] value = hints.get(encoded);
        return value == null ? null : RecordCodec.readHint(encoded, value);
    }

    @Override
    public synchronized long hints(Consumer<Hint> visitor) {
        hints.forEach((key, value) -> visitor.accept(RecordCodec.readHint(key, value)));
        return 0;
    }

    @Override
    public synchronized Set<RetiredActor> retired() {
        return meta.keySet().stream()
                .filter(key -> key[0] == RecordCodec.RETIRED)
                .map(RecordCodec::readRetired)
                .collect(ImmutableSet.toImmutableSet());
    }

    @Override
    public void listen(Consumer<Completion> completions) {
        listener = completions;
    }

    @Override
    public synchronized Commit.@Nullable RequestEntry findRequest(ReplicaSetId set, Bytes id, int era) {
        for (int e = era; e >= era - 1; e--) {
            byte[] value = requests.get(RecordCodec.requestKey(e, set, id));
            if (value != null) {
                return RecordCodec.readRequest(value, id, e, set.partition());
            }
        }
        return null;
    }

    @Override
    public synchronized Leaf readLeaf(ReplicaSetId set, int leaf) {
        LeafReader reader = new LeafReader();
        of(set).forEach((encoded, record) -> {
            RecordKey key = RecordCodec.readKey(encoded);
            if (partitions.bitsBelowPartition(key.token(), LeafTable.LEAF_BITS) == leaf) {
                reader.add(key, record);
            }
        });
        return reader.against(meta.get(RecordCodec.leafKey(set, leaf)));
    }

    @Override
    public synchronized List<RecordKey> keysOf(ReplicaSetId set, String bucket, int generation, int limit) {
        List<RecordKey> found = new ArrayList<>();
        for (byte[] encoded : of(set).keySet()) {
            RecordKey key = RecordCodec.readKey(encoded);
            if (found.size() < limit && key.bucket().equals(bucket) && key.generation() == generation) {
                found.add(key);
            }
        }
        return found;
    }

    @Override
    public synchronized List<RecordKey> keysAfter(ReplicaSetId set, @Nullable RecordKey after, int limit) {
        NavigableMap<byte[], byte[]> records = of(set);
        if (after != null) {
            records = records.tailMap(RecordCodec.key(after), false);
        }
        return records.keySet().stream().limit(limit).map(RecordCodec::readKey).toList();
    }

    @Override
    public synchronized List<ReplicaSetId> replicaSets() {
        return meta.keySet().stream()
                .filter(key -> key[0] == 'H')
                .map(key -> new ReplicaSetId(key[3] & 0xff, (key[1] & 0xff) << 8 | (key[2] & 0xff)))
                .toList();
    }

    /** For tests: changes a record behind the store's back; null takes it away. */
    public synchronized void tamper(RecordKey key, @Nullable Consumer<byte[]> change) {
        byte[] encoded = RecordCodec.key(key);
        if (change == null) {
            data.remove(encoded);
        } else {
            byte[] value = data.get(encoded);
            if (value == null) {
                throw new IllegalArgumentException("no record of " + key);
            }
            change.accept(value);
        }
    }

    /** For tests: forgets the hash trees and keeps the records. */
    public synchronized void forgetLeaves() {
        meta.keySet().removeIf(key -> key[0] == 'L');
    }

    private NavigableMap<byte[], byte[]> of(ReplicaSetId set) {
        byte[] from = RecordCodec.prefix(set);
        byte[] to = from.clone();
        to[2]++;
        return data.subMap(from, true, to, false);
    }
}
