package io.quorate.node.protocol.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.storage.MemoryPartitionStore;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import io.quorate.ring.version.VersionedObject;
import io.quorate.ring.version.WallTime;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A record that is being put back is not there yet, and neither is it deleted. */
final class RestoringReplicaTest {
    private static final PartitionCount PARTITIONS = new PartitionCount(1);
    private static final Bytes NAME = Bytes.ofUtf8("k");
    private static final RecordKey KEY =
            new RecordKey(new ReplicaSetId(3, 0), TokenHash.tokenOf("carts", NAME), "carts", 1, NAME);

    private final AtomicBoolean damaged = new AtomicBoolean();
    private final Replica replica = new Replica(
            NodeId.of("n1"),
            KEY.set(),
            PARTITIONS,
            store(damaged),
            VersionRules.STANDARD,
            actor -> true,
            () -> 7,
            0,
            () -> new WallTime(0, 0, 60_000));

    /** A store whose records cannot be read while {@code damaged} is set. */
    private static PartitionStore store(AtomicBoolean damaged) {
        MemoryPartitionStore whole = new MemoryPartitionStore(PARTITIONS);
        return (PartitionStore) Proxy.newProxyInstance(
                PartitionStore.class.getClassLoader(),
                new Class<?>[] {PartitionStore.class},
                (proxy, method, arguments) -> {
                    if (damaged.get() && method.getName().equals("read")) {
                        throw new CorruptRecordException("damaged");
                    }
                    if (method.getName().equals("commit") && arguments[0] instanceof Commit) {
                        damaged.set(false);
                    }
                    return method.invoke(whole, arguments);
                });
    }

    @Test
    void recordIsNotShownAsDeletedWhileItIsOnItsWayToTheDisk() {
        VersionedObject object = VersionRules.STANDARD.put(
                CausalContext.EMPTY,
                new Version(replica.nextDot(), Bytes.ofUtf8("value"), "text/plain", 0, Bytes.ofUtf8("r")));
        replica.durable(replica.apply(KEY, object, null));
        KeyState whole = replica.read(KEY);
        damaged.set(true);
        assertThatThrownBy(() -> replica.read(KEY)).isInstanceOf(CorruptRecordException.class);

        long commit = replica.restore(KEY, VersionedObject.of(whole));

        assertThatThrownBy(() -> replica.read(KEY)).isInstanceOf(CorruptRecordException.class);
        assertThatThrownBy(() -> replica.read(KEY)).isInstanceOf(CorruptRecordException.class);
        assertThatThrownBy(() -> replica.readProved(KEY)).isInstanceOf(CorruptRecordException.class);
        replica.durable(commit);
        assertThat(replica.read(KEY)).isEqualTo(whole);
        assertThat(replica.readProved(KEY)).isEqualTo(whole);
        assertThat(replica.keys()).isEqualTo(1);
    }
}
