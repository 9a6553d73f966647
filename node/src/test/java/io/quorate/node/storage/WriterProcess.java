package io.quorate.node.storage;

import io.quorate.node.fixture.ReplicaRig;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.VersionedObject;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** A process of its own that writes to one replica and prints every dot once it is durable, until it is killed. */
final class WriterProcess {
    static final int KEYS = 40;

    private WriterProcess() {}

    /** Folder, seed. */
    public static void main(String[] args) {
        Path folder = Path.of(args[0]);
        Random random = new Random(Long.parseLong(args[1]));
        PrintStream out = System.out;
        DataDirectory directory =
                DataDirectory.open(folder, new DataDirectory.Identity("kill", "n1", 8, 3, "n1"), SyncMode.GROUP);
        RocksPartitionStore store = new RocksPartitionStore(
                RocksColumns.open(directory.database(), SyncMode.GROUP),
                TestKeys.PARTITIONS,
                Thread::new,
                System::nanoTime,
                WriteObserver.NONE);
        ReplicaRig rig = new ReplicaRig("n1", TestKeys.set(3), store, new AtomicLong(Long.parseLong(args[1]) << 32));
        rig.reopen(directory.keepsActors());
        while (true) {
            List<String> lines = new ArrayList<>();
            for (int i = 1 + random.nextInt(8); i > 0; i--) {
                int index = random.nextInt(KEYS);
                RecordKey key = TestKeys.keyIn(3, index);
                CausalContext seen = random.nextInt(3) == 0
                        ? CausalContext.EMPTY
                        : rig.replica().newest(key).context();
                boolean delete = random.nextInt(4) == 0;
                VersionedObject object = delete ? rig.delete(key, seen) : rig.put(key, seen, "v" + random.nextInt());
                lines.add(index + " " + (delete ? "D" : "P") + " " + ReplicaRig.dotOf(object));
            }
            rig.settle();
            lines.forEach(out::println);
            out.flush();
        }
    }
}
