package io.quorate.client.cli;

import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.http.HttpTransportConfig;
import io.quorate.client.http.RoutingSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options of every command, before it or behind it: where the store is, how long to wait, how to print. */
final class ConnectionOptions {
    @Option(
            names = "--url",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            split = ",",
            defaultValue = "http://127.0.0.1:7101",
            description = "Base URL of a node; several are tried in order (default: ${DEFAULT-VALUE}).")
    private List<String> urls = new ArrayList<>();

    @Option(
            names = "--timeout",
            scope = ScopeType.INHERIT,
            paramLabel = "TIME",
            defaultValue = "1s",
            description = "Deadline, such as 250ms or 2s, at most 60s (default: ${DEFAULT-VALUE}).")
    private String timeout = "1s";

    @Option(
            names = {"-o", "--output"},
            scope = ScopeType.INHERIT,
            paramLabel = "FORM",
            defaultValue = "table",
            description = "One of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private OutputForm output = OutputForm.table;

    boolean wantsJson() {
        return output == OutputForm.json;
    }

    /** The nodes to ask, in order. */
    List<URI> contactPoints() {
        List<URI> contactPoints = new ArrayList<>();
        for (String url : urls) {
            try {
                URI uri = new URI(url.strip());
                if (uri.getScheme() == null || uri.getHost() == null) {
                    throw new BadInput("--url: '" + url + "' is no URL such as http://127.0.0.1:7101");
                }
                contactPoints.add(uri);
            } catch (URISyntaxException e) {
                throw new BadInput("--url: '" + e.getInput() + "' is no URL");
            }
        }
        return contactPoints;
    }

    /** How long to wait for an answer. */
    Duration deadline() {
        return readTimeout();
    }

    QuorateClient open() {
        try {
            List<URI> contactPoints = new ArrayList<>();
            for (String url : urls) {
                contactPoints.add(new URI(url.strip()));
            }
            // One call: the ring would be known too late to be of use.
            HttpTransportConfig config =
                    HttpTransportConfig.of(contactPoints).withRouting(RoutingSettings.DEFAULT.withRingAware(false));
            return QuorateClients.http(config, readTimeout());
        } catch (URISyntaxException e) {
            throw new BadInput("--url: '" + e.getInput() + "' is no URL");
        } catch (IllegalArgumentException e) {
            throw new BadInput("--url or --timeout: " + e.getMessage());
        }
    }

    private Duration readTimeout() {
        return Levels.time("--timeout", timeout);
    }
}
