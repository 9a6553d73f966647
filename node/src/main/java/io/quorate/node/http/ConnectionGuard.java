package io.quorate.node.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Refuses connections above a limit, and closes those that take more than ten seconds to send one request's line and
 * headers, or whose body comes in drops, which an idle timeout alone would let go on for ever.
 */
final class ConnectionGuard extends AbstractLifeCycle implements Connection.Listener {
    private static final int CHECK_SECONDS = 1;
    private static final int SLOW_CHECKS = 10;
    /** Longer than any request's deadline: only a body that never ends takes this long. */
    private static final int REQUEST_CHECKS = 75;
    /** A body that comes more slowly than this for ten seconds is given up: it holds room that others need. */
    private static final int BODY_BYTES_A_CHECK = 1024;

    private final int limit;
    private final Server server;
    private final Map<Connection, Watch> open = new ConcurrentHashMap<>();
    private final AtomicInteger places = new AtomicInteger();
    private volatile Consumer<String> refusals = cause -> {};
    private volatile Scheduler.@Nullable Task next;

    private static final class Watch {
        private long messages;
        private long bytes;
        private int checks;
        private int drops;
    }

    ConnectionGuard(int limit, Server server) {
        this.limit = limit;
        this.server = server;
    }

    /** Told the cause of each connection that is refused or cut off. */
    void onRefusal(Consumer<String> listener) {
        refusals = listener;
    }

    private void cutOff(Connection connection, String cause) {
        refusals.accept(cause);
        connection.close();
    }

    @Override
    public void onOpened(Connection connection) {
        // Counted first: several threads open connections, and two must not take the last place.
        if (places.incrementAndGet() > limit) {
            places.decrementAndGet();
            cutOff(connection, "connections");
            return;
        }
        open.put(connection, new Watch());
    }

    @Override
    public void onClosed(Connection connection) {
        if (open.remove(connection) != null) {
            places.decrementAndGet();
        }
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
                watch.drops = 0;
            } else if (serving) {
                long came = bytes - watch.bytes;
                watch.bytes = bytes;
                if (came >= BODY_BYTES_A_CHECK) {
                    watch.drops = 0;
                } else if (came > 0) {
                    watch.drops++;
                }
                if (++watch.checks >= REQUEST_CHECKS || watch.drops >= SLOW_CHECKS) {
                    cutOff(connection, "slow-request");
                }
            } else if (bytes > watch.bytes && ++watch.checks >= SLOW_CHECKS) {
                cutOff(connection, "slow-request");
            }
        });
        if (isRunning() || isStarting()) {
            schedule();
        }
    }
}
