package io.quorate.client.http;

import io.quorate.client.error.Problem;
import io.quorate.client.error.UnavailableException;
import io.quorate.client.http.engine.EngineLimits;
import io.quorate.client.http.engine.HttpEngine;
import io.quorate.client.http.engine.Loop;
import io.quorate.client.http.engine.NioEngine;
import io.quorate.client.http.engine.Origin;
import io.quorate.client.http.route.NodeHealth;
import io.quorate.client.http.route.Nodes;
import io.quorate.client.http.route.RecentTimes;
import io.quorate.client.http.route.TokenBucket;
import io.quorate.client.metrics.ClientListener;
import io.quorate.client.metrics.ClientMetrics;
import io.quorate.client.metrics.NodeMetrics;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Takes calls from any thread to the loop, where a {@link Delivery} sees to each; owns what they share. */
final class Courier implements AutoCloseable {
    private final HttpTransportConfig config;
    private final Loop loop = new Loop();
    private final Callbacks callbacks = new Callbacks((nanos, task) -> loopAfter(nanos, task));
    private final AtomicLong active = new AtomicLong();
    private final Shared shared;
    private volatile boolean closed;
    private volatile ClientMetrics lastMetrics = ClientMetrics.NONE;

    /** What deliveries share; touched on the loop's thread only. */
    static final class Shared {
        final HttpTransportConfig config;
        final Loop loop;
        final HttpEngine plain;
        final SecureEngine secure;
        final Nodes nodes;
        final TokenBucket retryBudget;
        final TokenBucket hedgeBudget;
        final RecentTimes readTimes = new RecentTimes();
        final RecentTimes callTimes = new RecentTimes();
        final Prober prober;
        final RingKeeper ring;
        long calls;
        long failed;
        long retries;
        long retriesDenied;
        long hedgesWon;
        long hedgesLost;
        long hedgesDenied;

        Shared(HttpTransportConfig config, Loop loop, Executor blocking) {
            this.config = config;
            this.loop = loop;
            EngineLimits limits = new EngineLimits(
                    config.connections().perNodeMax(),
                    config.connections().waitingPerNodeMax(),
                    config.connectTimeout(),
                    config.connections().idleTimeout(),
                    config.answerBytesMax());
            this.plain = new NioEngine(loop, limits, blocking);
            this.secure = new SecureEngine(loop, limits, blocking);
            this.nodes = new Nodes(
                    config.contactPoints().stream().map(Origin::of).toList(),
                    config.routing().slowFactor(),
                    config.routing().slowMargin(),
                    config.routing().probeInterval());
            this.retryBudget = new TokenBucket(
                    config.retries().budgetShare(), config.retries().budgetBurst());
            this.hedgeBudget = new TokenBucket(
                    config.hedging().budgetShare(), config.hedging().budgetBurst());
            this.prober = new Prober(this);
            this.ring = new RingKeeper(this);
        }

        /** A listener that throws must not end the call that it hears of. */
        void hears(Consumer<ClientListener> event) {
            ClientListener listener = config.listener();
            if (listener != ClientListener.NONE) {
                try {
                    event.accept(listener);
                } catch (RuntimeException | Error e) {
                    loop.report(e);
                }
            }
        }

        HttpEngine engine(Origin origin) {
            return origin.isSecure() ? secure : plain;
        }
    }

    Courier(HttpTransportConfig config) {
        this.config = config;
        this.shared = new Shared(config, loop, callbacks.threads());
        loop.start();
    }

    Executor callbacks() {
        return config.callbacks().orElse(callbacks);
    }

    /**
     * Sends a request; the answer has a status below 400. Fails with a {@link io.quorate.client.error.QuorateException}
     * only, by the exchange's timeout and the allowance at the latest. Ends on the loop's thread.
     */
    CompletableFuture<Answer> send(Exchange exchange) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        if (!enter()) {
            return CompletableFuture.failedFuture(new UnavailableException(
                    Problem.of(Problem.CLIENT_CLOSED, 0, "the client has been closed", Outcome.NOT_APPLIED), null));
        }
        loop.execute(new Delivery(exchange, shared, answer, this::leave)::start);
        return answer;
    }

    ClientMetrics metrics() {
        if (!enter()) {
            return lastMetrics;
        }
        CompletableFuture<ClientMetrics> taken = new CompletableFuture<>();
        loop.execute(() -> {
            taken.complete(snapshot());
            leave();
        });
        return taken.join();
    }

    /** Calls from now on fail; the loop ends with the last of those in flight. */
    @Override
    public void close() {
        closed = true;
        active.incrementAndGet();
        loop.execute(this::leave);
    }

    /** Counted before the look at {@link #closed}, so that the loop cannot end in between. */
    private boolean enter() {
        active.incrementAndGet();
        if (closed) {
            leave();
            return false;
        }
        return true;
    }

    private void leave() {
        if (active.decrementAndGet() == 0 && closed) {
            loop.execute(this::end);
        }
    }

    private void end() {
        lastMetrics = snapshot();
        shared.prober.close();
        shared.plain.close();
        shared.secure.close();
        loop.close();
    }

    private void loopAfter(long nanos, Runnable task) {
        loop.execute(() -> {
            var unused = loop.at(System.nanoTime() + nanos, task);
        });
    }

    private ClientMetrics snapshot() {
        List<NodeMetrics> nodes = new ArrayList<>();
        long now = System.nanoTime();
        for (NodeHealth node : shared.nodes.all()) {
            HttpEngine.Load load = shared.engine(node.origin()).load(node.origin());
            nodes.add(new NodeMetrics(
                    node.origin().toString(),
                    node.id(),
                    node.isDown()
                            ? NodeMetrics.State.DOWN
                            : node.isBusy(now) ? NodeMetrics.State.BUSY : NodeMetrics.State.UP,
                    node.requests(),
                    node.failures(),
                    node.inFlight(),
                    load.connections(),
                    load.waiting(),
                    node.answerNanos() < 0 ? -1 : node.answerNanos() / 1e6));
        }
        // The one who asks is counted as active himself.
        return new ClientMetrics(
                shared.calls,
                shared.failed,
                Math.max(0, active.get() - 1),
                shared.retries,
                shared.retriesDenied,
                shared.hedgesWon,
                shared.hedgesLost,
                shared.hedgesDenied,
                shared.ring.refreshes(),
                shared.nodes.epoch(),
                nodes);
    }
}
