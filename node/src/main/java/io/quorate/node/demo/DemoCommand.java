package io.quorate.node.demo;

import io.quorate.node.StartException;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.transport.tcp.TcpSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a {@link DemoCluster} until it is told to stop. */
@Command(
        name = "demo",
        description = "Starts three nodes in this process, for a first try.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    private static final int USAGE = 2;

    @Option(names = "--nodes", defaultValue = "3", description = "how many nodes, from 1 to 16 (default 3)")
    private int nodes;

    @Option(names = "--replicas", description = "replicas of each key (default: 3, or as many as there are nodes)")
    private @Nullable Integer replicas;

    @Option(
            names = "--partitions",
            defaultValue = "64",
            description = "equal parts of the ring, a power of two; fixed at the first start (default 64)")
    private int partitions;

    @Option(names = "--data", description = "folder to keep the data in (default: a temporary one, deleted at the end)")
    private @Nullable Path data;

    @Option(names = "--http-port", defaultValue = "7101", description = "first node's HTTP port (default 7101)")
    private int httpPort;

    @Option(
            names = "--port",
            defaultValue = "7201",
            description = "first node's port for the cluster of actor systems (default 7201)")
    private int port;

    @Option(names = "--peer-port", description = "first node's port for the others' frames (default: 100 above --port)")
    private @Nullable Integer peerPort;

    @Option(names = "--links", defaultValue = "tcp", description = "what carries frames: tcp or artery (default tcp)")
    private String links = "tcp";

    @Option(names = "--sync", defaultValue = "group", description = "group, interval or off (default group)")
    private String sync = "group";

    @Override
    public Integer call() throws InterruptedException {
        SyncMode mode = SyncMode.parse(sync).orElse(null);
        if (mode == null) {
            return usage("--sync " + sync + ": must be group, interval or off");
        }
        if (nodes < 1 || nodes > 16) {
            return usage("--nodes " + nodes + ": must be from 1 to 16");
        }
        NodeConfig.Carrier carrier;
        switch (links) {
            case "tcp" -> carrier = NodeConfig.Carrier.TCP;
            case "artery" -> carrier = NodeConfig.Carrier.ARTERY;
            default -> {
                return usage("--links " + links + ": must be tcp or artery");
            }
        }
        Integer givenPort = peerPort;
        int peers = givenPort != null ? givenPort : port + 100;
        String wrong = wrongPorts(peers);
        if (wrong != null) {
            return usage(wrong);
        }
        Path folder;
        boolean temporary = data == null;
        try {
            Path given = data;
            folder = given != null ? given.toAbsolutePath() : Files.createTempDirectory("quorate-demo-");
        } catch (IOException e) {
            return usage("no temporary folder can be made: " + e.getMessage());
        }
        DemoCluster.Settings settings = new DemoCluster.Settings(
                nodes,
                replicas == null ? Math.min(3, nodes) : replicas,
                partitions,
                httpPort,
                port,
                peers,
                folder,
                mode,
                NodeConfig.Limits.DEFAULT,
                new NodeConfig.Links(carrier, null, TcpSettings.DEFAULT));
        return run(settings, temporary);
    }

    private @Nullable String wrongPorts(int peers) {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("--http-port " + httpPort, httpPort);
        ports.put("--port " + port, port);
        ports.put("--peer-port " + peers, peers);
        for (Map.Entry<String, Integer> one : ports.entrySet()) {
            if (one.getValue() < 1 || one.getValue() + nodes - 1 > 65_535) {
                return one.getKey() + ": ports must be from 1 to 65535";
            }
            for (Map.Entry<String, Integer> other : ports.entrySet()) {
                if (!one.getKey().equals(other.getKey()) && Math.abs(one.getValue() - other.getValue()) < nodes) {
                    return one.getKey() + " and " + other.getKey() + " overlap: each takes " + nodes
                            + " ports in sequence";
                }
            }
        }
        return null;
    }

    private static int run(DemoCluster.Settings settings, boolean temporary) throws InterruptedException {
        AtomicReference<@Nullable DemoCluster> started = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            if (over.compareAndSet(false, true)) {
                                end(started.get(), settings, temporary);
                                // The signal was obeyed in order: not an error.
                                Runtime.getRuntime().halt(0);
                            }
                        },
                        "demo-stop"));
        DemoCluster cluster;
        try {
            cluster = DemoCluster.start(settings);
            started.set(cluster);
        } catch (StartException e) {
            if (!over.compareAndSet(false, true)) {
                // A signal came first, and ends the process.
                new CountDownLatch(1).await();
            }
            end(null, settings, temporary);
            return usage(String.valueOf(e.getMessage()));
        }
        System.out.println(String.format(
                Locale.ROOT, "ready: %d nodes at %s", settings.nodes(), String.join(" ", cluster.urls())));
        System.out.println("data: " + settings.data() + (temporary ? " (deleted at the end)" : ""));
        System.out.flush();
        new CountDownLatch(1).await();
        return 0;
    }

    private static void end(@Nullable DemoCluster cluster, DemoCluster.Settings settings, boolean temporary) {
        if (cluster != null) {
            cluster.close();
        }
        if (temporary) {
            DemoCluster.deleteTree(settings.data());
        }
    }

    private static int usage(String message) {
        System.err.println("quorate: " + message);
        return USAGE;
    }
}
