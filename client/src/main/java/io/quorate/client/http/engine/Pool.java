package io.quorate.client.http.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one server: as many as there are requests at once, up to a limit; the one used last is used next,
 * so that those not needed grow old and are closed.
 */
final class Pool {
    private final Origin origin;
    private final Loop loop;
    private final EngineLimits limits;
    /** Name look-ups block, so they run elsewhere. */
    private final Executor resolving;

    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final Set<Connection> open = new LinkedHashSet<>();
    /** In the order they came. At most {@code requestsWaitingMax}, and those for whom connections are being made. */
    private final Set<Job> waiting = new LinkedHashSet<>();
    /** The request for whose sake a connection is being made; it fails if that fails. */
    private final Map<Connection, Job> makingFor = new HashMap<>();

    private final Set<Job> lookingUp = new HashSet<>();
    private boolean sweeping;
    private boolean closed;

    Pool(Origin origin, Loop loop, EngineLimits limits, Executor resolving) {
        this.origin = origin;
        this.loop = loop;
        this.limits = limits;
        this.resolving = resolving;
    }

    Origin origin() {
        return origin;
    }

    HttpEngine.Load load() {
        return new HttpEngine.Load(open.size(), waiting.size());
    }

    void submit(Job job) {
        Connection connection = job.request().fresh() ? null : idle.pollLast();
        if (connection != null) {
            connection.carry(job);
        } else if (open.size() + lookingUp.size() >= limits.connectionsPerNodeMax()
                && waiting.size() - makingFor.size() - lookingUp.size() >= limits.requestsWaitingMax()) {
            job.failed(Failure.unsent(
                    Failure.Kind.CROWDED,
                    limits.requestsWaitingMax() + " requests wait for a connection to this node already"));
        } else {
            waiting.add(job);
            if (open.size() + lookingUp.size() < limits.connectionsPerNodeMax()) {
                make(job);
            } else if (job.request().fresh() && !idle.isEmpty()) {
                idle.removeFirst().close();
            }
        }
    }

    void forget(Job job) {
        waiting.remove(job);
    }

    private void make(Job job) {
        String host = origin.bareHost();
        if (isLiteral(host)) {
            try {
                connect(InetAddress.getByName(host), job);
            } catch (IOException e) {
                refuse(job, new Failure(Failure.Kind.UNREACHABLE, false, "the address cannot be used", e));
            }
            return;
        }
        lookingUp.add(job);
        var unused = CompletableFuture.supplyAsync(() -> resolve(host), resolving)
                .whenComplete((address, failure) -> loop.execute(() -> resolved(job, address, failure)));
    }

    private static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    private static InetAddress resolve(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private void resolved(Job job, @Nullable InetAddress address, @Nullable Throwable failure) {
        lookingUp.remove(job);
        if (closed) {
            return;
        }
        if (address != null) {
            connect(address, job);
        } else {
            refuse(job, new Failure(Failure.Kind.UNREACHABLE, false, "the host is unknown", failure));
        }
    }

    private void connect(InetAddress address, Job job) {
        try {
            Connection connection = Connection.open(this, loop, new InetSocketAddress(address, origin.port()), limits);
            open.add(connection);
            makingFor.put(connection, job);
        } catch (IOException e) {
            refuse(job, new Failure(Failure.Kind.UNREACHABLE, false, "no connection: " + e.getMessage(), e));
        }
    }

    private void refuse(Job job, Failure failure) {
        waiting.remove(job);
        job.failed(failure);
    }

    void made(Connection connection) {
        makingFor.remove(connection);
        free(connection);
    }

    void unmade(Connection connection, Failure failure) {
        open.remove(connection);
        Job job = makingFor.remove(connection);
        if (job != null && waiting.remove(job)) {
            job.failed(failure);
        }
        makeForNext();
    }

    /** A connection may carry the next request. */
    void free(Connection connection) {
        for (Job job : waiting) {
            if (!job.request().fresh() || connection.isFresh()) {
                waiting.remove(job);
                connection.carry(job);
                return;
            }
        }
        idle.addLast(connection);
        if (!sweeping) {
            sweeping = true;
            sweepLater();
        }
        if (!waiting.isEmpty()) {
            // All that wait want a connection of their own: room for one.
            idle.removeFirst().close();
        }
    }

    void gone(Connection connection) {
        open.remove(connection);
        makingFor.remove(connection);
        idle.remove(connection);
        makeForNext();
    }

    /** Whoever waits without a connection being made for him must not wait for ever. */
    private void makeForNext() {
        for (Job job : waiting) {
            if (open.size() >= limits.connectionsPerNodeMax()) {
                return;
            }
            if (!makingFor.containsValue(job) && !lookingUp.contains(job)) {
                make(job);
                return;
            }
        }
    }

    private void sweepLater() {
        loop.at(System.nanoTime() + limits.idleTimeout().toNanos() / 2, this::sweep);
    }

    private void sweep() {
        long oldest = System.nanoTime() - limits.idleTimeout().toNanos();
        while (!idle.isEmpty() && idle.getFirst().idleSinceNanos() - oldest < 0) {
            idle.removeFirst().close();
        }
        sweeping = !idle.isEmpty();
        if (sweeping) {
            sweepLater();
        }
    }

    void close(Failure failure) {
        closed = true;
        List<Job> jobs = new ArrayList<>(waiting);
        waiting.clear();
        makingFor.clear();
        new ArrayList<>(open).forEach(connection -> connection.end(failure));
        jobs.forEach(job -> job.failed(failure));
    }
}
