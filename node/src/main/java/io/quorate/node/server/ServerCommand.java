package io.quorate.node.server;

import io.quorate.node.EmbeddedNode;
import io.quorate.node.StartException;
import io.quorate.node.config.NodeConfig;
import java.nio.file.Path;
import java.security.Security;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs one node as this process until it is told to stop, or cannot go on. */
@Command(
        name = "server",
        description = "Starts one node of a cluster as a process of its own.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped in order, by a signal",
            "2:did not start: a wrong setting, a taken address, a data directory of another node",
            "3:could not go on: out of memory, or the disk failed; start it again"
        })
public final class ServerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCommand.class);
    private static final int USAGE = 2;
    private static final int CANNOT_GO_ON = 3;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "the node's settings (HOCON)")
    private @Nullable Path config;

    @Option(names = "--data", paramLabel = "DIR", description = "its data directory; overrides the file")
    private @Nullable Path data;

    /** Java keeps a name's addresses for half a minute, but a node may come back at another one within a second. */
    private static void keepNamesShortly() {
        if (System.getProperty("sun.net.inetaddr.ttl") == null) {
            Security.setProperty("networkaddress.cache.ttl", "1");
            Security.setProperty("networkaddress.cache.negative.ttl", "1");
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        keepNamesShortly();
        Path file = config;
        if (file == null) {
            return refused("--config FILE is needed");
        }
        NodeConfig settings;
        try {
            Effective effective = Effective.read(file, System.getenv());
            effective.warnings().forEach(LOG::warn);
            settings = ConfigLoader.load(effective, data);
            long heap = Runtime.getRuntime().maxMemory();
            if (settings.limits().bytesInFlight() > heap / 2) {
                LOG.warn(
                        "quorate.{} = {} is more than half of the heap of {} bytes, so that clients can exhaust it; lower"
                                + " it, or give more by QUORATE_HEAP",
                        Setting.BYTES,
                        settings.limits().bytesInFlight(),
                        heap);
            }
        } catch (NodeConfig.InvalidException e) {
            return refused(e.getMessage());
        }
        return run(settings);
    }

    private static int run(NodeConfig settings) throws InterruptedException {
        AtomicReference<@Nullable EmbeddedNode> started = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            if (over.compareAndSet(false, true)) {
                                EmbeddedNode node = started.get();
                                if (node != null) {
                                    node.close();
                                }
                                // The signal was obeyed in order: not an error.
                                Runtime.getRuntime().halt(0);
                            }
                        },
                        "server-stop"));
        try {
            started.set(EmbeddedNode.start(settings, EmbeddedNode.Extras.alone().withOnFatal(why -> {
                if (over.compareAndSet(false, true)) {
                    System.err.println("quorate: " + why + "; start it again once that is mended");
                    Runtime.getRuntime().halt(CANNOT_GO_ON);
                }
            })));
        } catch (StartException e) {
            if (!over.compareAndSet(false, true)) {
                // A signal came first, and ends the process.
                new CountDownLatch(1).await();
            }
            return refused(e.getMessage());
        }
        System.out.println(
                "ready: " + settings.node() + " at " + settings.self().http());
        System.out.println("data: " + settings.data().toAbsolutePath());
        System.out.flush();
        new CountDownLatch(1).await();
        return 0;
    }

    private static int refused(@Nullable String message) {
        System.err.println("quorate: " + message);
        return USAGE;
    }
}
