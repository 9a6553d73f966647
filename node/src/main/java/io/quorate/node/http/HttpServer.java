package io.quorate.node.http;

import io.quorate.node.actor.NodeView;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.door.BucketAdmin;
import io.quorate.node.door.Door;
import io.quorate.node.json.BucketJson;
import io.quorate.ring.epoch.RingState;
import java.io.IOException;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** The HTTP server of one node. */
public final class HttpServer implements AutoCloseable {
    /** Request line and headers: room for an encoded key of 1024 bytes and a context of 8 KiB. */
    static final int HEADERS_MAX = 24 * 1024;

    private static final int IDLE_MILLIS = 30_000;
    private static final int THREADS_MAX = 16;

    private final Server server;
    private final ServerConnector connector;
    private final ConnectionGuard guard;
    private final SocketThread sockets;
    private final ProblemErrorHandler errors;
    private volatile @Nullable Router routes;

    /** What the routes need of their node. */
    public interface Backend extends OperationRoutes.Node, GroupRoutes.Groups, BucketAdmin {
        /** Memory for a request could not be had; what else wanted some at that moment is left half done. */
        void outOfMemory(String what);

        /** A connection was refused or cut off. */
        default void connectionRefused(String cause) {}
    }

    /** An address that could not be bound; the message names it. */
    public static final class BindException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BindException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private HttpServer(
            Server server,
            ServerConnector connector,
            ConnectionGuard guard,
            SocketThread sockets,
            ProblemErrorHandler errors) {
        this.server = server;
        this.connector = connector;
        this.guard = guard;
        this.sockets = sockets;
        this.errors = errors;
    }

    /** Binds the address but answers nothing yet, so that a taken port is found before anything else is started. */
    public static HttpServer bind(NodeConfig config) {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS_MAX, 4, 60_000);
        threads.setName("http-" + config.node());
        threads.setDaemon(true);
        Server server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADERS_MAX);
        http.setResponseHeaderSize(HEADERS_MAX);
        http.setUriCompliance(UriCompliance.UNSAFE);
        http.setHttpCompliance(HttpCompliance.RFC7230);
        SocketThread sockets = new SocketThread();
        ServerConnector connector = new ServerConnector(server, 1, 1, new RawTargetConnection.Factory(http, sockets));
        connector.setHost(config.http().host());
        connector.setPort(config.http().port());
        connector.setIdleTimeout(IDLE_MILLIS);
        connector.setAcceptQueueSize(512);
        ConnectionGuard guard = new ConnectionGuard(config.limits().connections(), server);
        connector.addBean(guard);
        server.addConnector(connector);
        ProblemErrorHandler errors = new ProblemErrorHandler(config.node());
        server.setErrorHandler(errors);
        server.setStopTimeout(0);
        try {
            connector.open();
        } catch (IOException e) {
            // Bound or not, nothing of it must stay: a server that was never started is not stopped either.
            connector.close();
            throw new BindException(
                    "address " + config.http().host() + ":" + config.http().port() + " for HTTP cannot be bound: "
                            + reason(e),
                    e);
        }
        return new HttpServer(server, connector, guard, sockets, errors);
    }

    private static String reason(Throwable e) {
        String message = rootMessage(e);
        return message.contains("in use") ? "another program uses it" : message;
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** Begins to answer. */
    public void start(
            NodeConfig config,
            RingState ring,
            Supplier<NodeView> view,
            Door door,
            Backend backend,
            @Nullable FaultControl faults) {
        Bodies bodies = new Bodies(config.limits().maxValueBytes(), door::reserve);
        Router router = new Router(
                new KeyRoutes(door, bodies, new KeyAnswers(ring, config.node())),
                new BucketRoutes(
                        view, backend, bodies, new BucketJson(ring.table().replicas())),
                new OperationRoutes(ring, backend),
                new GroupRoutes(ring, backend),
                new FaultRoutes(config.node(), faults, bodies));
        routes = router;
        guard.onRefusal(backend::connectionRefused);
        errors.onOutOfMemory(backend::outOfMemory);
        server.setHandler(router);
        try {
            server.start();
            ManagedSelector selector = connector.getSelectorManager().getBean(ManagedSelector.class);
            sockets.use(task -> selector.submit(ignored -> task.run()));
        } catch (Exception e) {
            throw new BindException(
                    "HTTP on " + config.http().host() + ":" + config.http().port() + " did not start: "
                            + rootMessage(e),
                    e);
        }
    }

    /** Requests that have come and whose answers are not written yet. */
    public int open() {
        Router router = routes;
        return router == null ? 0 : router.open();
    }

    /** Takes no new connections; those that are open go on. */
    public void stopAccepting() {
        connector.close();
    }

    @Override
    public void close() {
        connector.close();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("HTTP did not stop", e);
        }
    }
}
