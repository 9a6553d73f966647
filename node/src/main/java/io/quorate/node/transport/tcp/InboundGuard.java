package io.quorate.node.transport.tcp;

import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The connections that others have opened: a bounded number that have not greeted, for a bounded time, and one for each peer
 * and lane, the newest. Safe from any thread.
 */
final class InboundGuard {
    private final LinkContext context;
    private final Function<Lane, TcpTransport.Receiver> receivers;
    private final BiConsumer<NodeId, Long> heard;
    private final Set<Inbound> strangers = new LinkedHashSet<>();
    private final Map<Place, Inbound> greeted = new HashMap<>();

    private record Place(NodeId peer, Lane lane) {}

    /**
     * An empty one.
     *
     * @param heard told when a peer has greeted, with the number of its start
     */
    InboundGuard(LinkContext context, Function<Lane, TcpTransport.Receiver> receivers, BiConsumer<NodeId, Long> heard) {
        this.context = context;
        this.receivers = receivers;
        this.heard = heard;
    }

    void accepted(Inbound connection) {
        Inbound tooMany = null;
        synchronized (this) {
            strangers.add(connection);
            if (strangers.size() > context.settings().strangersMax()) {
                tooMany = oldest();
                strangers.remove(tooMany);
            }
        }
        if (tooMany != null) {
            tooMany.closeUngreeted(
                    "more than " + context.settings().strangersMax() + " connections wait without a greeting");
        }
    }

    private synchronized Inbound oldest() {
        return strangers.iterator().next();
    }

    /** It takes the place of the peer's former connection: what that still holds is older and must not come later. */
    TcpTransport.Receiver greeted(Inbound connection, Greeting said) {
        Inbound former;
        synchronized (this) {
            strangers.remove(connection);
            former = greeted.put(new Place(said.from(), said.lane()), connection);
        }
        if (former != null) {
            former.close();
        }
        heard.accept(said.from(), said.boot());
        return receivers.apply(said.lane());
    }

    synchronized void closed(Inbound connection) {
        strangers.remove(connection);
        greeted.values().remove(connection);
    }

    /** Closes those that have not greeted in time. */
    void look(boolean slept) {
        if (slept) {
            return;
        }
        long now = context.now();
        List<Inbound> late = new ArrayList<>();
        synchronized (this) {
            for (Inbound stranger : strangers) {
                if (now - stranger.openedAt() >= context.greetingNanos()) {
                    late.add(stranger);
                }
            }
        }
        late.forEach(stranger -> stranger.closeUngreeted(
                "its greeting was not complete within " + context.settings().greetingMillis() + " ms"));
    }

    /** How many are open, greeted or not. */
    synchronized int open() {
        return strangers.size() + greeted.size();
    }

    void closeAll() {
        List<@Nullable Inbound> all;
        synchronized (this) {
            all = new ArrayList<>(strangers);
            all.addAll(greeted.values());
        }
        all.forEach(connection -> {
            if (connection != null) {
                connection.close();
            }
        });
    }
}
