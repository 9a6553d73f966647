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

/** Whether homes that are left to themselves have become equal. Not for several threads. */
public final class Convergence {
    private static final long POLL_MILLIS = 100;
    private static final Set<String> ANSWERS = Set.of("value", "absent");

    private final List<URI> urls;
    private final NodeHttp http = new NodeHttp();
    private final Set<String> equal = new HashSet<>();

    public Convergence(List<URI> urls) {
        this.urls = urls;
    }

    /**
     * Looks once whether every node has caught up, nothing is kept for others, and all homes of each key hold the same.
     *
     * @param keys the same at each look
     * @return what still differs; empty if nothing does
     */
    public List<String> differences(List<String> keys) throws InterruptedException {
        List<String> differences = nodes();
        if (!differences.isEmpty()) {
            return differences;
        }
        // Once equal, and with nothing under way, a key stays so.
        for (String key : keys) {
            if (!equal.contains(key) && isEqual(key)) {
                equal.add(key);
            }
        }
        return keys.stream()
                .filter(key -> !equal.contains(key))
                .map(key -> "homes of " + key + " differ")
                .toList();
    }

    /**
     * Looks until nothing differs, or the time is over.
     *
     * @return what still differs then; empty if nothing does
     */
    public List<String> await(List<String> keys, long seconds) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<String> left = differences(keys);
        while (!left.isEmpty() && System.nanoTime() - until < 0) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            left = differences(keys);
        }
        return left;
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
