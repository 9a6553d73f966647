package io.quorate.bench.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.bench.local.NodeHttp;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Waits for homes that are left to themselves to become equal. */
public final class Convergence {
    private static final long POLL_MILLIS = 100;
    private static final Set<String> ANSWERS = Set.of("value", "absent");

    private final List<URI> urls;
    private final NodeHttp http = new NodeHttp();

    public Convergence(List<URI> urls) {
        this.urls = urls;
    }

    /**
     * Waits until every node has caught up, nothing is kept for others, and all homes of each key hold the same.
     *
     * @return what still differs when the time is over; empty if nothing does
     */
    public List<String> await(List<String> keys, long seconds) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<String> left = new ArrayList<>(keys);
        List<String> differences;
        do {
            differences = nodes();
            if (differences.isEmpty()) {
                List<String> differing = new ArrayList<>();
                for (String key : left) {
                    if (!isEqual(key)) {
                        differing.add(key);
                    }
                }
                // Once equal, and with nothing under way, a key stays so.
                left = differing;
                differences = differing.stream()
                        .map(key -> "homes of " + key + " differ")
                        .toList();
            }
            if (!differences.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        } while (!differences.isEmpty() && System.nanoTime() - until < 0);
        return differences;
    }

    private List<String> nodes() throws InterruptedException {
        List<String> differences = new ArrayList<>();
        for (URI url : urls) {
            try {
                String state = http.get(url, "/v1/nodes/self").path("state").asText();
                if (!state.equals("serving")) {
                    differences.add(url + " is " + state);
                }
                for (JsonNode target : http.get(url, "/v1/hints").path("targets")) {
                    if (target.path("keys").asLong() > 0) {
                        differences.add(url + " keeps " + target.path("keys") + " keys for " + target.path("node"));
                    }
                }
            } catch (IOException e) {
                differences.add(e.getMessage());
            }
        }
        return differences;
    }

    private boolean isEqual(String key) throws InterruptedException {
        String bucket = key.startsWith(MixedLoad.STRICT) ? MixedLoad.STRICT : MixedLoad.SLOPPY;
        try {
            JsonNode explained = http.get(urls.get(0), "/v1/buckets/" + bucket + "/keys/" + key + "/explain");
            Set<JsonNode> held = new HashSet<>();
            for (JsonNode replica : explained.path("replicas")) {
                if (!ANSWERS.contains(replica.path("result").asText())) {
                    return false;
                }
                held.add(replica.path("dots"));
            }
            return held.size() == 1;
        } catch (IOException e) {
            return false;
        }
    }
}
