package io.quorate.node.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Refuses connections above a limit, and closes those that take more than ten seconds to send one request's line and
 * headers, which an idle timeout alone would let go on for ever.
 */
final class ConnectionGuard extends AbstractLifeCycle implements Connection.Listener {
    private static final int CHECK_SECONDS = 1;
    private static final int SLOW_CHECKS = 10;
    /** Longer than any request's deadline: only a body that never ends takes this long. */
    private static final int REQUEST_CHECKS = 75;

    private final int limit;
    private final Server server;
    private final Map<Connection, Watch> open = new ConcurrentHashMap<>();
    private volatile Scheduler.@Nullable Task next;
    private volatile Runnable refused = () -> {};

    private static final class Watch {
        private long messages;
        private long bytes;
        private int checks;
    }

    ConnectionGuard(int limit, Server server) {
        this.limit = limit;
        this.server = server;
    }

    /** Names what is told of each connection that is refused. */
    void onRefused(Runnable action) {
        refused = action;
    }

    @Override
    public void onOpened(Connection connection) {
        if (open.size() >= limit) {
            refused.run();
            connection.close();
            return;
        }
        open.put(connection, new Watch());
    }

    @Override
    public void onClosed(Connection connection) {
        open.remove(connection);
    }

    @Override
    protected void doStart() {
        schedule();
    }

    @Override
    protected void doStop() {
        Scheduler.Task task = next;
        if (task != null) {
            task.cancel();
        }
    }

    private void schedule() {
        next = server.getScheduler().schedule(this::check, CHECK_SECONDS, TimeUnit.SECONDS);
    }

    private void check() {
        open.forEach((connection, watch) -> {
            long messages = connection.getMessagesIn();
            long bytes = connection.getBytesIn();
            boolean serving = messages != connection.getMessagesOut();
            if (messages != watch.messages) {
                watch.messages = messages;
                watch.bytes = bytes;
                watch.checks = 0;
            } else if (serving) {
                watch.bytes = bytes;
                if (++watch.checks >= REQUEST_CHECKS) {
                    connection.close();
                }
            } else if (bytes > watch.bytes && ++watch.checks >= SLOW_CHECKS) {
                connection.close();
            }
        });
        if (isRunning() || isStarting()) {
            schedule();
        }
    }
}
