package io.quorate.client.http;

import io.quorate.client.http.engine.Failure;
import io.quorate.client.http.engine.HttpEngine;
import io.quorate.client.http.engine.WireReply;
import io.quorate.client.http.engine.WireRequest;
import io.quorate.client.http.route.NodeHealth;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Asks nodes that are down how they are, at once and then again and again, so that no call has to find out and a node is
 * used again soon after its return.
 */
final class Prober {
    private static final WireRequest QUESTION = new WireRequest("GET", "/readyz", List.of(), null, true);
    /** A node that must not serve yet; everything below, even from a proxy that knows no such route, is a life sign. */
    private static final int NOT_READY = 500;

    private final Courier.Shared shared;
    private final Set<NodeHealth> asked = new HashSet<>();
    private boolean closed;

    Prober(Courier.Shared shared) {
        this.shared = shared;
    }

    /** Begins, unless it has, to ask a node that is down. */
    void watch(NodeHealth node) {
        if (!closed && node.isDown() && asked.add(node)) {
            ask(node);
        }
    }

    void close() {
        closed = true;
    }

    private void ask(NodeHealth node) {
        if (closed || !shared.nodes.all().contains(node)) {
            asked.remove(node);
            return;
        }
        long interval = shared.config.routing().probeInterval().toNanos();
        long next = System.nanoTime() + interval;
        var unused = shared.engine(node.origin()).send(node.origin(), QUESTION, next, new HttpEngine.Sink() {
            @Override
            public void answered(WireReply reply) {
                if (reply.status() < NOT_READY) {
                    asked.remove(node);
                    node.up();
                } else {
                    again(node, next);
                }
            }

            @Override
            public void failed(Failure failure) {
                again(node, next);
            }
        });
    }

    private void again(NodeHealth node, long atNanos) {
        var unused = shared.loop.at(atNanos, () -> ask(node));
    }
}
