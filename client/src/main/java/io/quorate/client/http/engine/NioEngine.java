package io.quorate.client.http.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/** The engine on the loop's own sockets; plain HTTP only. */
public final class NioEngine implements HttpEngine {
    private final Loop loop;
    private final EngineLimits limits;
    private final Executor resolving;
    /** Bounded by the servers known: contact points and members of the ring. */
    private final Map<Origin, Pool> pools = new HashMap<>();

    private boolean closed;

    /**
     * An engine on a loop.
     *
     * @param resolving runs name look-ups, which block
     */
    public NioEngine(Loop loop, EngineLimits limits, Executor resolving) {
        this.loop = loop;
        this.limits = limits;
        this.resolving = resolving;
    }

    @Override
    public Transfer send(Origin origin, WireRequest request, long deadlineNanos, Sink sink) {
        Pool pool = pools.computeIfAbsent(origin, made -> new Pool(made, loop, limits, resolving));
        Job job = new Job(loop, pool, request, sink);
        String fault = request.fault();
        if (closed) {
            job.failed(Failure.unsent(Failure.Kind.CLOSED, "the client has been closed"));
        } else if (fault != null) {
            job.failed(Failure.unsent(Failure.Kind.BAD_REQUEST, fault));
        } else {
            job.endAt(deadlineNanos);
            pool.submit(job);
        }
        job.started();
        return job;
    }

    @Override
    public Load load(Origin origin) {
        Pool pool = pools.get(origin);
        return pool == null ? Load.NONE : pool.load();
    }

    @Override
    public void close() {
        closed = true;
        Failure failure = new Failure(Failure.Kind.CLOSED, true, "the client was closed before the answer came", null);
        pools.values().forEach(pool -> pool.close(failure));
    }
}
