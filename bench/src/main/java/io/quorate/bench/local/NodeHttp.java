package io.quorate.bench.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.client.http.OperatorHttp;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/** Asks nodes about themselves. */
public final class NodeHttp {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final OperatorHttp http = new OperatorHttp(CONNECT);
    private final ObjectMapper mapper = new ObjectMapper();

    /** The JSON of a 200; fails with an {@link IOException} if there is none. */
    public JsonNode get(URI node, String path) throws IOException, InterruptedException {
        return read(http.ask("GET", node.resolve(path), ANSWER), node + path);
    }

    /** The same for another method, with a JSON body; none if it is empty. */
    public JsonNode send(URI node, String method, String path, String body) throws IOException, InterruptedException {
        return read(http.ask(method, node.resolve(path), body, ANSWER), method + " " + node + path);
    }

    /** What a node counts and measures. */
    public MetricsText metrics(URI node) throws IOException, InterruptedException {
        return new MetricsText(text(http.ask("GET", node.resolve("/metrics"), ANSWER), node + "/metrics"));
    }

    private JsonNode read(OperatorHttp.Reply reply, String what) throws IOException {
        return mapper.readTree(text(reply, what));
    }

    private static String text(OperatorHttp.Reply reply, String what) throws IOException {
        if (reply.status() / 100 != 2) {
            throw new IOException(what + " answered " + reply.status() + " " + reply.body());
        }
        return reply.body();
    }

    /** Whether a node serves and has nothing to catch up with. */
    public boolean isWhole(URI node) throws InterruptedException {
        try {
            return get(node, "/v1/nodes/self").path("state").asText().equals("serving");
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a node can be spoken to. */
    public boolean isThere(URI node) throws InterruptedException {
        try {
            get(node, "/livez");
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
