package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.ReplicaRig;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledReplicaTest {
    private static final int ROUNDS = 8;

    private @TempDir Path folder;

    /** The last durable write of each key that a killed process spoke of, and every dot. */
    private final Map<Integer, Dot> lastOf = new HashMap<>();

    private final Set<Dot> spokenOf = new HashSet<>();
    private final Map<ActorId, Long> counters = new HashMap<>();

    @Test
    @Tag("C1")
    void everyDotAKilledProcessSpokeOfIsOnDiskAndIsGreaterThanAllBeforeIt() throws IOException, InterruptedException {
        Random random = new Random(11);
        for (int round = 0; round < ROUNDS; round++) {
            int before = spokenOf.size();
            runAndKill(round, 20 + random.nextInt(400));
            assertThat(spokenOf.size()).isGreaterThan(before);
            check();
        }
        assertThat(spokenOf.stream().map(Dot::actor).distinct())
                .as("a killed process goes on as itself")
                .hasSize(1);
    }

    private void runAndKill(int round, int lines) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WriterProcess.class.getName(),
                        folder.toString(),
                        Integer.toString(round + 1))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < lines; i++) {
                note(out.readLine());
            }
            process.toHandle().destroyForcibly();
            // What it had said before it died was true too; a line may be cut short.
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.matches("\\d+ [PD] n1-3-[0-9a-f]{16}-\\d+") && out.ready()) {
                    note(line);
                }
            }
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private void note(String line) {
        String[] parts = line.split(" ", -1);
        Dot dot = Dot.parse(parts[2]).orElseThrow();
        assertThat(spokenOf.add(dot)).as("%s is issued once", dot).isTrue();
        Long before = counters.put(dot.actor(), dot.counter());
        assertThat(dot.counter()).as("counter of %s", dot).isGreaterThan(before == null ? 0 : before);
        lastOf.put(Integer.parseInt(parts[0]), dot);
    }

    private void check() {
        RocksPartitionStore store = new RocksPartitionStore(
                RocksColumns.open(folder.resolve("db"), SyncMode.GROUP),
                TestKeys.PARTITIONS,
                Thread::new,
                System::nanoTime,
                WriteObserver.NONE);
        try {
            ReplicaRig rig = new ReplicaRig("n1", TestKeys.set(3), store, new AtomicLong());
            for (Dot dot : spokenOf) {
                assertThat(rig.replica().clock().contains(dot))
                        .as("%s is in the clock", dot)
                        .isTrue();
            }
            lastOf.forEach((index, dot) -> {
                RecordKey key = TestKeys.keyIn(3, index);
                KeyState state = rig.replica().read(key);
                assertThat(state.context().covers(dot)).isTrue();
                assertThat(store.verifyLeaf(TestKeys.set(3), rig.replica().leafOf(key)))
                        .isTrue();
            });
        } finally {
            store.close();
        }
    }
}
