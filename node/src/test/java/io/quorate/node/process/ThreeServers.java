package io.quorate.node.process;

import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** The example cluster of three as processes, on ports of its own. Nodes are counted from 0. */
final class ThreeServers implements AutoCloseable {
    static final int NODES = 3;
    private static final Duration START = Duration.ofSeconds(60);

    private final Path folder;
    private final int ports;
    private boolean hosts = true;
    private final Map<String, String> more = new HashMap<>();
    private final @Nullable ServerProcess[] running = new ServerProcess[NODES];

    ThreeServers(Path folder) {
        this.folder = folder;
        this.ports = Ports.free(3 * NODES);
    }

    /** A setting of all nodes that are started from now on. */
    ThreeServers with(String variable, String value) {
        more.put(variable, value);
        return this;
    }

    /** Leaves out where the nodes are: each looks for the third. */
    ThreeServers withoutHosts() {
        hosts = false;
        return with("QUORATE_CLUSTER_SEEDS", "[\"127.0.0.1:" + (ports + 3 * NODES - 1) + "\"]")
                .with("QUORATE_PEERS_HOST", "127.0.0.1");
    }

    private String members() {
        List<String> members = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            members.add("{ id = n%d,%s port = %d, peer-port = %d, http = \"%s\" }"
                    .formatted(
                            i + 1,
                            hosts ? " host = \"127.0.0.1\"," : "",
                            ports + NODES + i,
                            ports + 2 * NODES + i,
                            url(i)));
        }
        return "[" + String.join(", ", members) + "]";
    }

    /** Starts a node and returns at once. */
    ServerProcess launch(int node, String... jvmOptions) throws IOException {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("QUORATE_CLUSTER_MEMBERS", members());
        environment.putIfAbsent("QUORATE_BUCKETS", "{ carts { mode = leaderless }, warm { mode = leaderless } }");
        environment.put("QUORATE_DATA_DIR", folder.resolve("n" + (node + 1)).toString());
        Path output = Files.createTempFile(folder, "n" + (node + 1) + "-", ".out");
        ServerProcess process = ServerProcess.start(
                Path.of("../docs/examples/three-nodes/n" + (node + 1) + ".conf"), output, environment, jvmOptions);
        running[node] = process;
        return process;
    }

    /** Starts a node and waits until it serves. */
    ServerProcess start(int node) throws IOException {
        ServerProcess process = launch(node);
        awaitReady(process);
        return process;
    }

    static void awaitReady(ServerProcess process) {
        Awaitility.await("a server to serve").atMost(START).until(process::isReady);
    }

    /** Starts all at once and waits until each serves and sees the others. */
    ThreeServers startAll() throws IOException {
        for (int i = 0; i < NODES; i++) {
            launch(i);
        }
        for (int i = 0; i < NODES; i++) {
            awaitReady(process(i));
        }
        awaitAllUp();
        return this;
    }

    /** Waits until each running node can be written through at ALL. */
    void awaitAllUp() {
        for (int i = 0; i < NODES; i++) {
            awaitLevel(i, "ALL", START);
        }
    }

    /** Waits until a node serves reads of a level. */
    void awaitLevel(int node, String level, Duration atMost) {
        Awaitility.await("n" + (node + 1) + " to serve " + level)
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> Http.get(url(node), "/v1/buckets/carts/keys/probe?level=" + level)
                                .status()
                        == 404);
    }

    ServerProcess process(int node) {
        ServerProcess process = running[node];
        if (process == null) {
            throw new IllegalStateException("n" + (node + 1) + " was never started");
        }
        return process;
    }

    String url(int node) {
        return "http://127.0.0.1:" + (ports + node);
    }

    List<URI> urls() {
        List<URI> urls = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            urls.add(URI.create(url(i)));
        }
        return urls;
    }

    Path data(int node) {
        return folder.resolve("n" + (node + 1));
    }

    @Override
    public void close() {
        for (ServerProcess process : running) {
            if (process != null && process.isAlive()) {
                process.kill();
            }
        }
    }
}
