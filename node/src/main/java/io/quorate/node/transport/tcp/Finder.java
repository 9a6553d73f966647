package io.quorate.node.transport.tcp;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.netty.channel.EventLoop;
import io.quorate.ring.topology.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Searches for members that no configuration says a host of, as long as one is missing: looks the places up, asks who is
 * at each address, asks one of the members that are connected where the others are, and writes the answers down in the
 * {@link AddressBook}. All on one event loop but for the look-ups,
 * which may hang: nothing waits for them.
 */
final class Finder implements Question.Asker {
    private static final int TOLD_MAX = 6;

    private final LinkContext context;
    private final EventLoop loop;
    private final BiConsumer<NodeId, Long> news;
    private final Set<HostAndPort> lookedUp = new HashSet<>();
    private final Set<InetSocketAddress> asked = new HashSet<>();
    private Map<String, String> outcomes = new LinkedHashMap<>();
    private boolean searched;
    private long searchedAt;

    /**
     * One that has not begun.
     *
     * @param news told which member's address has changed, and which start of it is there; 0 if that is not known
     */
    Finder(LinkContext context, EventLoop loop, BiConsumer<NodeId, Long> news) {
        this.context = context;
        this.loop = loop;
        this.news = news;
    }

    /** Searches if it is time. */
    void look(long now) {
        Discovery discovery = context.discovery();
        boolean needed = !context.book().missing().isEmpty() || context.ownHost() == null;
        boolean early = searched && now - searchedAt < discovery.everyMillis() * 1_000_000L;
        if (!discovery.looks() || !needed || early) {
            return;
        }
        searched = true;
        searchedAt = now;
        outcomes = new LinkedHashMap<>();
        InetSocketAddress member = context.book().toConsult();
        if (member != null) {
            ask(member);
        }
        for (HostAndPort place : discovery.places()) {
            if (InetAddresses.isInetAddress(place.getHost())) {
                found(place, List.of(InetAddresses.forString(place.getHost())));
            } else {
                told(place.toString(), "is being looked up");
                if (lookedUp.add(place)) {
                    context.lookUps().execute(() -> lookUp(place));
                }
            }
        }
    }

    private void lookUp(HostAndPort place) {
        List<InetAddress> addresses;
        String failure;
        try {
            addresses = context.names().addressesOf(place.getHost());
            failure = "";
        } catch (UnknownHostException e) {
            addresses = List.of();
            failure = "is not known";
        } catch (RuntimeException e) {
            addresses = List.of();
            failure = e.toString();
        }
        List<InetAddress> result = addresses;
        String why = failure;
        if (!loop.isShuttingDown()) {
            loop.execute(() -> {
                lookedUp.remove(place);
                told(place.toString(), why.isEmpty() ? "has " + result.size() + " addresses" : why);
                found(place, result);
            });
        }
    }

    private void found(HostAndPort place, List<InetAddress> hosts) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        hosts.forEach(host -> addresses.add(new InetSocketAddress(host, place.getPort())));
        int room = Math.max(0, context.discovery().addressesMax() - asked.size());
        context.book().worthAsking(addresses, room).forEach(this::ask);
    }

    private void ask(InetSocketAddress address) {
        if (asked.add(address)) {
            new Question(context, address, this).ask(loop);
        }
    }

    @Override
    public void answered(InetSocketAddress address, Greeting.Answer answer) {
        asked.remove(address);
        told(Inbound.text(address), "is " + answer.from());
        if (answer.from().equals(context.self())) {
            context.book().isOwn(address);
        } else if (context.book().answered(address, answer.from(), answer.boot())) {
            news.accept(answer.from(), answer.boot());
        }
        for (AddressBook.Known known : answer.known()) {
            if (context.book().heardOf(known.node(), known.address())) {
                news.accept(known.node(), 0L);
            }
        }
    }

    @Override
    public void unanswered(InetSocketAddress address, String reason) {
        asked.remove(address);
        told(Inbound.text(address), reason);
    }

    private void told(String where, String outcome) {
        outcomes.put(where, outcome);
        List<String> all = outcomes.entrySet().stream()
                .limit(TOLD_MAX)
                .map(one -> one.getKey() + " " + one.getValue())
                .toList();
        context.search("of those that " + context.discovery().setting() + " names: " + String.join("; ", all)
                + (outcomes.size() > TOLD_MAX ? "; and others" : ""));
    }
}
