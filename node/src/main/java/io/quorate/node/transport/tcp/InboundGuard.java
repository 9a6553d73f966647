package io.quorate.node.transport.tcp;

import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.NodeId;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The connections that others have opened: a bounded number that have not greeted, for a bounded time, and one for each peer
 * and lane, the newest. Safe from any thread.
 */
final class InboundGuard {
    private final LinkContext context;
    private final Function<Lane, TcpTransport.Receiver> receivers;
    private final Consumer<Greeting> heard;
    private final Set<Inbound> strangers = new LinkedHashSet<>();
    private final Map<Place, Inbound> greeted = new HashMap<>();
    private final Map<NodeId, Starts> starts = new HashMap<>();

    private record Place(NodeId peer, Lane lane) {}

    /**
     * The last two starts of a member that greeted.
     *
     * @param at where the later one listens
     * @param contested whether it greeted before and after the other
     */
    private record Starts(long boot, InetSocketAddress at, long former, boolean contested) {}

    /**
     * An empty one.
     *
     * @param heard told when a peer has greeted, or has asked who is here
     */
    InboundGuard(LinkContext context, Function<Lane, TcpTransport.Receiver> receivers, Consumer<Greeting> heard) {
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
    TcpTransport.Receiver greeted(Inbound connection, Greeting said, Lane lane) {
        Inbound former;
        synchronized (this) {
            strangers.remove(connection);
            former = greeted.put(new Place(said.from(), lane), connection);
        }
        if (former != null) {
            former.close();
        }
        heard.accept(said);
        return receivers.apply(lane);
    }

    /** A peer has asked who is here, and hangs up. */
    void asked(Greeting said) {
        heard.accept(said);
    }

    /**
     * A process that has ended does not come back: if a former start of a member greets after a later one, two nodes use
     * one id. From then on the one that was first is let in, and the other only while there is no connection of the first.
     *
     * @return why the caller is turned away; null if it is not
     */
    synchronized @Nullable String namesake(Greeting said) {
        NodeId peer = said.from();
        Starts known = starts.get(peer);
        if (known == null) {
            starts.put(peer, new Starts(said.boot(), said.at(), said.boot(), false));
        } else if (said.boot() != known.boot()) {
            boolean returns = said.boot() == known.former();
            if (returns && known.contested() && isConnected(peer, known.boot())) {
                return "two nodes call themselves " + peer + ", the one at " + Inbound.text(known.at())
                        + " and the one at " + Inbound.text(said.at())
                        + ", which is refused: give each an id of its own";
            }
            starts.put(peer, new Starts(said.boot(), said.at(), known.boot(), returns));
        }
        return null;
    }

    private boolean isConnected(NodeId peer, long boot) {
        return greeted.entrySet().stream()
                .anyMatch(one ->
                        one.getKey().peer().equals(peer) && one.getValue().boot() == boot);
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
