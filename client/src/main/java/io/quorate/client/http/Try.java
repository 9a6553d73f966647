package io.quorate.client.http;

import io.quorate.client.error.Attempt;
import io.quorate.client.http.engine.Failure;
import io.quorate.client.http.engine.HttpEngine;
import io.quorate.client.http.engine.WireReply;
import io.quorate.client.http.route.NodeHealth;
import io.quorate.ring.wire.Outcome;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request of a delivery, at one node. */
final class Try implements HttpEngine.Sink {
    private final Delivery delivery;
    private final NodeHealth node;
    private final boolean trial;
    private final boolean hedge;
    private final long sentNanos;
    private HttpEngine.@Nullable Transfer transfer;
    private boolean ended;
    private long endedNanos;
    private String end = "";
    private @Nullable Fault fault;

    Try(Delivery delivery, NodeHealth node, boolean trial, boolean hedge, long sentNanos) {
        this.delivery = delivery;
        this.node = node;
        this.trial = trial;
        this.hedge = hedge;
        this.sentNanos = sentNanos;
    }

    NodeHealth node() {
        return node;
    }

    boolean isHedge() {
        return hedge;
    }

    boolean isPending() {
        return !ended;
    }

    /** False if no node had anything to do with it. */
    boolean isCounted() {
        Fault known = fault;
        return known == null || known.next() != Fault.Next.ELSEWHERE_FREE;
    }

    boolean endedWith(int status) {
        Fault known = fault;
        return known != null && known.problem().status() == status;
    }

    long sentNanos() {
        return sentNanos;
    }

    void sent(HttpEngine.Transfer by) {
        transfer = by;
    }

    void ended(@Nullable Fault known, String how, long now) {
        ended = true;
        fault = known;
        end = how;
        endedNanos = now;
    }

    /** The call is over: takes the request back if it has not left. */
    void release() {
        HttpEngine.Transfer given = transfer;
        if (!ended && given != null && given.withdraw()) {
            ended = true;
            end = "was not sent";
            endedNanos = System.nanoTime();
            node.withdrawn();
        }
    }

    Attempt toAttempt(Outcome unknown, long now) {
        long millis = TimeUnit.NANOSECONDS.toMillis((ended ? endedNanos : now) - sentNanos);
        Fault known = fault;
        Outcome outcome = known != null ? known.outcome() : ended ? Outcome.NOT_APPLIED : unknown;
        return new Attempt(node.origin().toString(), millis, ended ? end : "no answer yet", outcome);
    }

    @Override
    public void answered(WireReply reply) {
        long now = System.nanoTime();
        node.ended();
        // A refusal is quick and says nothing of how quick an answer would be.
        if (reply.status() < 500 && reply.status() != 429) {
            node.answered(now, now - sentNanos, trial);
        }
        delivery.tell(this, reply.status(), now);
        delivery.answered(this, new Answer(reply, List.of()), now);
    }

    @Override
    public void failed(Failure failure) {
        long now = System.nanoTime();
        node.ended();
        delivery.tell(this, 0, now);
        delivery.failed(this, failure, now);
    }
}
