package io.quorate.bench.repair;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.bench.chaos.Fault;
import io.quorate.bench.chaos.Leads;
import io.quorate.bench.chaos.Network;
import io.quorate.bench.chaos.ServerProcesses;
import io.quorate.bench.chaos.Victims;
import io.quorate.bench.local.MetricsText;
import io.quorate.bench.local.NodeHttp;
import io.quorate.bench.local.Patience;
import io.quorate.client.AsyncLeaderView;
import io.quorate.client.LeaderView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.data.Value;
import io.quorate.client.http.HttpTransportConfig;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Three servers with a leader bucket, the last of which misses something. Not for several threads. */
final class CatchUp implements AutoCloseable {
    private static final String BUCKET = "catchup";
    private static final int LOST = 2;
    /** MiB: a sixteenth of it is what the logs of all groups together may have before they are cut short. */
    private static final int HEAP = 2048;

    private static final int IN_FLIGHT = 64;
    /** The group that all keys are of if they are of one. */
    private static final int PARTITION = 0;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Patience PATIENCE = new Patience(600);

    private final Path folder;
    private final NodeHttp http = new NodeHttp();
    private volatile @Nullable Victims running;
    private List<URI> urls = List.of();

    /** How a follower gets what it lacks. */
    enum Way {
        LOG,
        STATE
    }

    /**
     * What it took.
     *
     * @param servingSeconds from the start of the process until it could be spoken to
     * @param wholeSeconds from the start of the process until all groups have applied all that was committed
     * @param sentBytes between all nodes for groups, from the start on
     * @param statesTaken in place of entries
     */
    record Result(double servingSeconds, double wholeSeconds, double sentBytes, double statesTaken) {}

    /** Their data and logs go to a folder. */
    CatchUp(Path folder) {
        this.folder = folder;
    }

    /** Starts them and measures; once. */
    Result measure(Way way, int keys, int valueBytes) throws IOException, InterruptedException {
        Victims servers = ServerProcesses.inZones(
                List.of("a", "b", "c"), folder, HEAP, Network.loopback(), started -> running = started);
        urls = servers.urls();
        http.send(urls.get(0), "PUT", "/v1/buckets/" + BUCKET, "{\"mode\":\"leader\"}");
        Leads all = new Leads(urls);
        PATIENCE.await(
                "a leader of every group",
                () -> applied(LOST).keySet().equals(all.commits().keySet()));
        servers.begin(Fault.KILL, LOST);
        Leads rest = new Leads(urls.subList(0, LOST));
        PATIENCE.await("leaders without n3", () -> rest.commits().size() == partitions());
        write(way, keys, valueBytes);
        Map<Integer, Long> due = rest.commits();
        double sent = total("quorate_link_group_sent_bytes", List.of(0, 1));
        long from = System.nanoTime();
        servers.end(Fault.KILL, LOST);
        double serving = (System.nanoTime() - from) / 1e9;
        PATIENCE.await("n3 to have everything", () -> hasAll(due));
        double whole = (System.nanoTime() - from) / 1e9;
        double sentSince = total("quorate_link_group_sent_bytes", List.of(0, 1, LOST)) - sent;
        double states = http.metrics(urls.get(LOST)).samples("quorate_groups_total").stream()
                .filter(sample -> "state-taken".equals(sample.labels().get("event")))
                .mapToDouble(MetricsText.Sample::value)
                .sum();
        return new Result(serving, whole, sentSince, states);
    }

    private int partitions() throws IOException, InterruptedException {
        return http.get(urls.get(0), "/v1/ring").path("partitions").asInt();
    }

    private void write(Way way, int keys, int valueBytes) throws IOException, InterruptedException {
        byte[] random = new byte[valueBytes];
        new SplittableRandom(1).nextBytes(random);
        Value value = Value.of(Bytes.wrap(random));
        PartitionCount ring = new PartitionCount(partitions());
        Semaphore free = new Semaphore(IN_FLIGHT);
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        try (QuorateClient client = QuorateClients.http(HttpTransportConfig.of(urls.subList(0, LOST)), TIMEOUT)) {
            LeaderView view = client.bucket(BUCKET).at(ReadLevel.LINEARIZABLE, WriteLevel.SEMI_SYNC);
            AsyncLeaderView async = view.async();
            int written = 0;
            for (int i = 0; written < keys && failed.get() == null; i++) {
                String name = "key-" + i;
                if (way == Way.STATE && ring.partitionOf(TokenHash.tokenOf(BUCKET, Bytes.ofUtf8(name))) != PARTITION) {
                    continue;
                }
                written++;
                free.acquire();
                var unused = async.put(name, value).whenComplete((done, failure) -> {
                    if (failure != null) {
                        failed.compareAndSet(null, failure);
                    }
                    free.release();
                });
            }
            free.acquire(IN_FLIGHT);
        }
        Throwable failure = failed.get();
        if (failure != null) {
            throw new IOException("a write failed: " + failure.getMessage(), failure);
        }
    }

    private boolean hasAll(Map<Integer, Long> due) throws IOException, InterruptedException {
        Map<Integer, Long> applied = applied(LOST);
        return due.entrySet().stream().allMatch(group -> applied.getOrDefault(group.getKey(), -1L) >= group.getValue());
    }

    private Map<Integer, Long> applied(int node) throws IOException, InterruptedException {
        Map<Integer, Long> applied = new HashMap<>();
        for (JsonNode group : http.get(urls.get(node), "/v1/groups").path("groups")) {
            applied.put(group.path("partition").asInt(), group.path("applied").asLong());
        }
        return applied;
    }

    private double total(String metric, List<Integer> nodes) throws IOException, InterruptedException {
        double sum = 0;
        for (int node : nodes) {
            sum += http.metrics(urls.get(node)).sum(metric).orElse(0);
        }
        return sum;
    }

    @Override
    public void close() {
        Victims servers = running;
        if (servers != null) {
            servers.close();
        }
    }
}
