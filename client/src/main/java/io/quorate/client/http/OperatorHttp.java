package io.quorate.client.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * Asks one node about itself, or has it do something. For people's commands: no call on data goes this way, which has
 * neither routing nor retries.
 */
public final class OperatorHttp {
    private final HttpClient http;

    /** What a node answered. */
    public record Reply(int status, String body) {}

    /** Connects within {@code connectTimeout}, or fails. */
    public OperatorHttp(Duration connectTimeout) {
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout)
                .build();
    }

    /**
     * Sends a request without a body.
     *
     * @throws IOException if there is no answer within {@code timeout}
     */
    public Reply ask(String method, URI uri, Duration timeout) throws IOException, InterruptedException {
        return ask(method, uri, "", timeout);
    }

    /**
     * Sends a request with a JSON body, or without one if it is empty.
     *
     * @throws IOException if there is no answer within {@code timeout}
     */
    public Reply ask(String method, URI uri, String json, Duration timeout) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(timeout);
        if (json.isEmpty()) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").method(method, BodyPublishers.ofString(json));
        }
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        return new Reply(response.statusCode(), response.body());
    }
}
