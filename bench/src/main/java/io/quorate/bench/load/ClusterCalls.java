package io.quorate.bench.load;

import io.quorate.bench.load.ServerUse.NodeScrape;
import io.quorate.bench.local.MetricsText;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The calls of a run beside its load: the bucket before it, the metrics around it. Each has its own connection. */
final class ClusterCalls {
    private static final int ANSWER_BYTES_MAX = 16 << 20;
    private static final String BUCKET_DEFINITION = "{\"mode\":\"leaderless\"}";

    private final LoadSettings settings;
    private final List<String> notes = new ArrayList<>();

    ClusterCalls(LoadSettings settings) {
        this.settings = settings;
    }

    /**
     * Makes sure that the bucket is there.
     *
     * @return whether it was made by this call, so that it holds nothing
     * @throws LoadException if no node could be reached, or there is no such bucket and none is to be made
     */
    boolean prepareBucket() throws LoadException {
        String refusal = "";
        for (Endpoint endpoint : settings.endpoints()) {
            try {
                HttpReply reply = settings.create() ? putBucket(endpoint) : getBucket(endpoint);
                if (reply.status() / 100 == 2) {
                    return reply.status() == 201;
                }
                if (reply.status() == 404) {
                    throw new LoadException(
                            LoadException.EXIT_NOT_FOUND,
                            "there is no bucket '" + settings.bucket() + "' at " + endpoint.url()
                                    + "; --create makes it");
                }
                if (reply.problemCode().equals("bucket-immutable")) {
                    return false;
                }
                refusal = endpoint.url() + " answered " + reply.status() + " " + reply.bodyText();
            } catch (IOException e) {
                notes.add("not reached: " + endpoint.url());
            }
        }
        if (refusal.isEmpty()) {
            throw new LoadException(LoadException.EXIT_UNAVAILABLE, "no node could be reached at " + urls());
        }
        throw new LoadException(LoadException.EXIT_UNAVAILABLE, "bucket '" + settings.bucket() + "': " + refusal);
    }

    /**
     * Asks the first node that answers where keys live.
     *
     * @throws LoadException if none does
     */
    HomeTable homes() throws LoadException {
        String refusal = "no node could be reached at " + urls();
        for (Endpoint endpoint : settings.endpoints()) {
            try {
                HttpReply reply = exchange(endpoint, "GET", "/v1/ring", "");
                if (reply.status() == 200) {
                    return HomeTable.parse(reply.bodyText(), settings.bucket());
                }
                refusal = endpoint.url() + "/v1/ring answered " + reply.status();
            } catch (IOException e) {
                notes.add("not reached: " + endpoint.url());
            } catch (IllegalArgumentException e) {
                refusal = endpoint.url() + "/v1/ring: " + e.getMessage();
            }
        }
        throw new LoadException(LoadException.EXIT_UNAVAILABLE, refusal);
    }

    /** What is worth a line on the side, such as nodes that were not reached. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /** Reads the metrics of every node, in the order of the settings. */
    List<NodeScrape> scrape() {
        List<NodeScrape> scrapes = new ArrayList<>();
        for (Endpoint endpoint : settings.endpoints()) {
            try {
                String host = InetAddress.getByName(endpoint.address().getHostString())
                        .getHostAddress();
                HttpReply reply = exchange(endpoint, "GET", "/metrics", "");
                scrapes.add(
                        reply.status() == 200
                                ? NodeScrape.read(host, new MetricsText(reply.bodyText()))
                                : NodeScrape.none());
            } catch (IOException e) {
                scrapes.add(NodeScrape.none());
            }
        }
        return scrapes;
    }

    private HttpReply getBucket(Endpoint endpoint) throws IOException {
        return exchange(endpoint, "GET", "/v1/buckets/" + settings.bucket(), "");
    }

    /** An existing bucket stays as it is; only a missing one is made. */
    private HttpReply putBucket(Endpoint endpoint) throws IOException {
        HttpReply existing = getBucket(endpoint);
        return existing.status() == 404
                ? exchange(endpoint, "PUT", "/v1/buckets/" + settings.bucket(), BUCKET_DEFINITION)
                : existing;
    }

    private HttpReply exchange(Endpoint endpoint, String method, String path, String body) throws IOException {
        RequestBuffer request = new RequestBuffer();
        request.text(method + " " + path + " HTTP/1.1\r\nHost: " + endpoint.authority() + "\r\nConnection: close\r\n");
        if (!body.isEmpty()) {
            request.text("Content-Type: application/json\r\nContent-Length: ").number(body.length());
            request.text("\r\n");
        }
        request.text("\r\n" + body);
        try (HttpConnection connection = new HttpConnection(endpoint, settings.socketTimeout(), ANSWER_BYTES_MAX)) {
            return connection.exchange(request);
        }
    }

    private String urls() {
        return String.join(
                ", ", settings.endpoints().stream().map(Endpoint::url).toList());
    }
}
