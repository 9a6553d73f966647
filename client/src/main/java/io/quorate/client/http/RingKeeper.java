package io.quorate.client.http;

import io.quorate.client.http.engine.Failure;
import io.quorate.client.http.engine.HttpEngine;
import io.quorate.client.http.engine.Origin;
import io.quorate.client.http.engine.WireReply;
import io.quorate.client.http.engine.WireRequest;
import io.quorate.client.http.route.Nodes.Choice;
import io.quorate.client.http.route.RingView;
import java.util.List;
import java.util.Set;

/**
 * Keeps the ring that requests are routed by: learned after the first answer, asked for again when an answer carries
 * another epoch, and now and then. Calls never wait for it.
 */
final class RingKeeper {
    private static final long UNKNOWN = -1;

    private final Courier.Shared shared;
    private boolean asking;
    private boolean asked;
    private long askedAtNanos;
    private String tag = "";
    private long refreshes;
    private long seenEpoch = UNKNOWN;

    RingKeeper(Courier.Shared shared) {
        this.shared = shared;
    }

    long refreshes() {
        return refreshes;
    }

    /**
     * A call was answered.
     *
     * @param epoch that it carried, -1 if none
     */
    void sawEpoch(long epoch, long nowNanos) {
        if (!shared.config.routing().ringAware() || asking) {
            return;
        }
        seenEpoch = epoch;
        long age = nowNanos - askedAtNanos;
        boolean other = epoch >= 0 && epoch != shared.nodes.epoch();
        boolean due = !asked
                || (other && age > shared.config.routing().ringRefreshMin().toNanos())
                || age > shared.config.routing().ringRefreshMax().toNanos();
        if (due) {
            ask(nowNanos);
        }
    }

    private void ask(long nowNanos) {
        Choice choice = shared.nodes.chooseWell(null, false, Set.of(), nowNanos);
        if (choice == null) {
            return;
        }
        asking = true;
        asked = true;
        askedAtNanos = nowNanos;
        Origin origin = choice.node().origin();
        List<String> headers = tag.isEmpty() ? List.of() : List.of("If-None-Match", tag);
        WireRequest request = new WireRequest("GET", "/v1/ring", headers, null, false);
        long deadline = nowNanos + shared.config.routing().ringRefreshMax().toNanos();
        var unused = shared.engine(origin).send(origin, request, deadline, new HttpEngine.Sink() {
            @Override
            public void answered(WireReply reply) {
                asking = false;
                if (reply.status() == 200) {
                    learn(reply);
                }
            }

            @Override
            public void failed(Failure failure) {
                // The ring in use stays; the next answer with another epoch asks again.
                asking = false;
            }
        });
    }

    private void learn(WireReply reply) {
        RingView ring = Json.tryRead(reply.body()).flatMap(RingViews::read).orElse(null);
        if (ring == null) {
            return;
        }
        String newTag = reply.header("ETag");
        // Two nodes that disagree for a while: the newer ring wins, but not for ever if the cluster was made anew.
        if (ring.epoch() < shared.nodes.epoch() && ring.epoch() != seenEpoch) {
            return;
        }
        tag = newTag == null ? "" : newTag;
        shared.nodes.use(ring);
        refreshes++;
    }
}
