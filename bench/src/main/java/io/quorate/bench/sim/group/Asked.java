package io.quorate.bench.sim.group;

import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import java.util.function.Consumer;

/** A node as clients see it. */
interface Asked {
    boolean isUp();

    void request(LedRequest request, long timeoutNanos, Consumer<KeyReply> reply);
}
