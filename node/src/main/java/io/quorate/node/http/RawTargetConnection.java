package io.quorate.node.http;

import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * A connection that keeps each request's target as it was sent. Jetty refuses some targets before any handler is asked,
 * such as those with {@code %00} or with a malformed escape, and so without telling the client which key is wrong.
 */
final class RawTargetConnection extends HttpConnection {
    private volatile String target = "/";

    private final SocketThread sockets;

    private RawTargetConnection(
            HttpConfiguration configuration, Connector connector, EndPoint endPoint, SocketThread sockets) {
        super(configuration, connector, endPoint);
        this.sockets = sockets;
    }

    /** After an answer given by the {@link SocketThread} the connection goes on there, instead of on a thread of the pool. */
    @Override
    protected Executor getExecutor() {
        return sockets.isCurrent() ? task -> goOn(task) : super.getExecutor();
    }

    private void goOn(Runnable task) {
        if (equals(task)) {
            task.run();
        } else {
            super.getExecutor().execute(task);
        }
    }

    /** Runs the giving of an answer where it costs least; at once if the request is being handled by this very thread. */
    static void answer(Request request, Runnable answer) {
        if (getCurrentConnection() == null
                && request.getConnectionMetaData().getConnection() instanceof RawTargetConnection connection) {
            connection.sockets.execute(answer);
        } else {
            answer.run();
        }
    }

    @Override
    protected HttpStreamOverHTTP1 newHttpStream(String method, String uri, HttpVersion version) {
        target = uri;
        return super.newHttpStream(method, uri.startsWith("/") && !parses(method, uri) ? "/" : uri, version);
    }

    private static boolean parses(String method, String uri) {
        try {
            return HttpURI.build(method, uri).getPath() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The path of a request, still encoded, nothing resolved. */
    static String path(Request request) {
        String raw = raw(request);
        if (raw.isEmpty()) {
            String path = request.getHttpURI().getPath();
            return path == null ? "/" : path;
        }
        int query = raw.indexOf('?');
        return query < 0 ? raw : raw.substring(0, query);
    }

    /** The query of a request, still encoded; empty if there is none. */
    static String query(Request request) {
        String raw = raw(request);
        if (raw.isEmpty()) {
            String query = request.getHttpURI().getQuery();
            return query == null ? "" : query;
        }
        int query = raw.indexOf('?');
        return query < 0 ? "" : raw.substring(query + 1);
    }

    /** Empty for a target that is no path: an absolute address or {@code *}. */
    private static String raw(Request request) {
        if (request.getConnectionMetaData().getConnection() instanceof RawTargetConnection connection
                && connection.target.startsWith("/")) {
            int fragment = connection.target.indexOf('#');
            return fragment < 0 ? connection.target : connection.target.substring(0, fragment);
        }
        return "";
    }

    /** Makes such connections. */
    static final class Factory extends HttpConnectionFactory {
        private final SocketThread sockets;

        Factory(HttpConfiguration configuration, SocketThread sockets) {
            super(configuration);
            this.sockets = sockets;
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            return configure(
                    new RawTargetConnection(getHttpConfiguration(), connector, endPoint, sockets), connector, endPoint);
        }
    }
}
