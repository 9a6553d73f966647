package io.quorate.bench.repair;

import com.sun.management.OperatingSystemMXBean;
import io.quorate.bench.local.AtExit;
import io.quorate.bench.local.Patience;
import io.quorate.node.demo.DemoCluster;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What it costs until homes are equal again. */
@Command(
        name = "repair",
        description = {
            "Measures, on three embedded nodes, what it takes until homes are equal again.",
            "  IDLE       comparisons that find nothing: bytes a partition, CPU of all",
            "  DIFFERING  some keys that one home missed, with hints off: bytes an object",
            "  WIPED      a home that lost its disk: seconds and bytes until it has everything",
            "  DELETED    a home that was away while keys were written and deleted: what stays on disk"
        },
        mixinStandardHelpOptions = true)
public final class RepairCommand implements Callable<Integer> {
    private enum Case {
        IDLE,
        DIFFERING,
        WIPED,
        DELETED
    }

    private static final int LOST = 2;
    private static final int IDLE_SECONDS = 20;
    private static final int GONE_ON_SECONDS = 40;
    private static final double KIB = 1024;
    private static final Patience PATIENCE = new Patience(3600);

    @Option(names = "--case", split = ",", description = "which: ${COMPLETION-CANDIDATES} (default: all)")
    private List<Case> cases = List.of(Case.values());

    @Option(names = "--keys", defaultValue = "100000", description = "keys (default 100000)")
    private int keys;

    @Option(names = "--value-bytes", defaultValue = "1024", description = "bytes of a value (default 1024)")
    private int valueBytes;

    @Option(names = "--one-in", defaultValue = "1000", description = "one key in so many differs (default 1000)")
    private int oneIn;

    private Bytes value = Bytes.EMPTY;

    /** Those that are to be ended if this process is told to end; closing them twice does no harm. */
    private volatile @Nullable ThreeNodes running;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (keys < 2 || valueBytes < 0 || oneIn < 1 || oneIn > keys) {
            System.err.println("quorate: --keys must be at least 2, --one-in from 1 to --keys");
            return 2;
        }
        byte[] random = new byte[valueBytes];
        new SplittableRandom(1).nextBytes(random);
        value = Bytes.wrap(random);
        for (Case each : cases) {
            Path data = Files.createTempDirectory("quorate-repair-");
            AtExit end = AtExit.run(() -> {
                ThreeNodes left = running;
                if (left != null) {
                    left.close();
                }
                DemoCluster.deleteTree(data);
            });
            try {
                switch (each) {
                    case IDLE -> idle(data);
                    case DIFFERING -> differing(data);
                    case WIPED -> wiped(data);
                    case DELETED -> deleted(data);
                }
            } finally {
                end.close();
            }
        }
        return 0;
    }

    private ThreeNodes start(Path data, Duration interval, boolean hints) throws IOException {
        ThreeNodes nodes = new ThreeNodes(data, interval, hints);
        running = nodes;
        return nodes;
    }

    private static void say(String format, Object... figures) {
        System.out.println(String.format(Locale.ROOT, format, figures));
    }

    private void load(ThreeNodes nodes) throws IOException, InterruptedException {
        nodes.put(0, ConsistencyLevel.ALL, keys, i -> "key" + i, value);
        for (int i = 0; i < ThreeNodes.NODES; i++) {
            int node = i;
            PATIENCE.await("all keys at n" + (i + 1), () -> nodes.keys(node) == keys && nodes.isWhole(node));
        }
    }

    private record Idle(double rounds, double bytes, double cpuMillis) {}

    private void idle(Path data) throws IOException, InterruptedException {
        Idle base = idle(data.resolve("without"), Duration.ofHours(1));
        Idle with = idle(data.resolve("with"), Duration.ofSeconds(2));
        say(
                "idle: %d keys of %d bytes, %d partitions: %.0f comparisons of two homes in %d s, %.0f bytes and %.2f ms of"
                        + " CPU each (three idle nodes: %.0f ms without them, %.0f with)",
                keys,
                valueBytes,
                ThreeNodes.PARTITIONS,
                with.rounds(),
                IDLE_SECONDS,
                (with.bytes() - base.bytes()) / with.rounds(),
                (with.cpuMillis() - base.cpuMillis()) / with.rounds(),
                base.cpuMillis(),
                with.cpuMillis());
    }

    private Idle idle(Path data, Duration interval) throws IOException, InterruptedException {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try (ThreeNodes nodes = start(data, interval, true)) {
            load(nodes);
            settle(nodes);
            double rounds = nodes.total("quorate_anti_entropy_rounds");
            double sent = nodes.sent();
            long cpu = system.getProcessCpuTime();
            TimeUnit.SECONDS.sleep(IDLE_SECONDS);
            double millis = (system.getProcessCpuTime() - cpu) / 1e6;
            return new Idle(nodes.total("quorate_anti_entropy_rounds") - rounds, nodes.sent() - sent, millis);
        }
    }

    /** Waits until nothing moves any more. */
    private static void settle(ThreeNodes nodes) throws IOException, InterruptedException {
        double[] repaired = {-1};
        PATIENCE.await("nothing to repair any more", () -> {
            TimeUnit.SECONDS.sleep(3);
            double now = nodes.total("quorate_anti_entropy_keys_repaired");
            boolean quiet = now == repaired[0];
            repaired[0] = now;
            return quiet;
        });
    }

    private void differing(Path data) throws IOException, InterruptedException {
        try (ThreeNodes nodes = start(data, Duration.ofHours(1), false)) {
            load(nodes);
            settle(nodes);
            nodes.stop(LOST);
            int differing = keys / oneIn;
            nodes.replace(0, ConsistencyLevel.QUORUM, differing, i -> "key" + (long) i * oneIn, value);
            // Their coordinator goes on with them for a while; here nothing but the comparison is to bring them to n3.
            TimeUnit.SECONDS.sleep(GONE_ON_SECONDS);
            double sent = nodes.sent();
            long from = System.nanoTime();
            nodes.start(LOST);
            PATIENCE.await("n3 to catch up", () -> nodes.node(LOST).peersUp().size() == 2 && nodes.isWhole(LOST));
            double seconds = (System.nanoTime() - from) / 1e9;
            settle(nodes);
            double bytes = nodes.sent() - sent;
            double repaired = nodes.total("quorate_anti_entropy_keys_repaired");
            say(
                    "differing: %d of %d keys of %d bytes: equal %.1f s after the start, %.0f bytes for each differing"
                            + " object, all comparisons included (%.0f objects taken)",
                    differing, keys, valueBytes, seconds, bytes / differing, repaired);
        }
    }

    private void wiped(Path data) throws IOException, InterruptedException {
        try (ThreeNodes nodes = start(data, Duration.ofSeconds(60), true)) {
            load(nodes);
            settle(nodes);
            nodes.wipe(LOST);
            double sent = nodes.sent();
            long from = System.nanoTime();
            nodes.start(LOST);
            List<String> progress = new ArrayList<>();
            long[] next = {from + TimeUnit.SECONDS.toNanos(1)};
            PATIENCE.await("n3 to have everything", () -> {
                long has = nodes.keys(LOST);
                if (System.nanoTime() - next[0] > 0) {
                    next[0] = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
                    progress.add(Long.toString(has));
                }
                return has == keys
                        && nodes.isWhole(LOST)
                        && nodes.node(LOST).peersUp().size() == 2;
            });
            double seconds = (System.nanoTime() - from) / 1e9;
            double bytes = nodes.sent() - sent;
            say(
                    "wiped: %d keys of %d bytes: whole %.1f s after the start, %.1f MiB sent, %.2f times the objects; keys"
                            + " each second: %s",
                    keys,
                    valueBytes,
                    seconds,
                    bytes / KIB / KIB,
                    bytes / ((double) keys * valueBytes),
                    String.join(" ", progress));
        }
    }

    private void deleted(Path data) throws IOException, InterruptedException {
        int written = Math.min(keys, 10_000);
        try (ThreeNodes nodes = start(data, Duration.ofSeconds(10), true)) {
            nodes.stop(LOST);
            nodes.put(0, ConsistencyLevel.QUORUM, written, i -> "key" + i, value);
            nodes.all(
                    0,
                    ConsistencyLevel.QUORUM,
                    written / 2,
                    i -> "key" + 2 * i,
                    (view, key) -> view.delete(Bytes.ofUtf8(key)));
            long from = System.nanoTime();
            nodes.start(LOST);
            for (int i = 0; i < ThreeNodes.NODES; i++) {
                int node = i;
                PATIENCE.await(
                        "n" + (i + 1) + " to have what is left",
                        () -> nodes.keys(node) == written / 2
                                && nodes.isWhole(node)
                                && nodes.metric(node, "quorate_hints_pending_keys") == 0);
            }
            double seconds = (System.nanoTime() - from) / 1e9;
            settle(nodes);
            say(
                    "deleted: %d keys of %d bytes written and %d of them deleted while n3 was away: all equal %.1f s after"
                            + " its start",
                    written, valueBytes, written / 2, seconds);
        }
        for (int i = 0; i < ThreeNodes.NODES; i++) {
            say(
                    "  n%d after compaction: %s",
                    i + 1, DiskCensus.of(data.resolve("n" + (i + 1)).resolve("db")));
        }
    }
}
