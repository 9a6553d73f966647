package io.quorate.node.transport.tcp;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What all connections of one node share. */
final class LinkContext {
    /** A sign of life that answers a question. */
    static final byte ANSWER = 2;
    /** A sign of life while much comes in. */
    static final byte ALIVE = 1;

    private static final int TOLD_MAX = 10;

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 << 10, 512 << 10);

    private final TcpTransport.Surroundings around;
    private final Map<NodeId, Member> peers;
    private final Class<? extends Channel> channelType;
    private final long boot;
    private final RefusalGate gate = new RefusalGate();
    private final AddressBook book;
    private volatile @Nullable InetAddress listens;
    private volatile @Nullable InetAddress metAt;
    private volatile String search = "nobody has been asked yet";

    LinkContext(TcpTransport.Surroundings around, Map<NodeId, Member> peers, Class<? extends Channel> channelType) {
        this.around = around;
        this.peers = peers;
        this.channelType = channelType;
        this.boot = around.randomLongs().getAsLong();
        this.book = new AddressBook(
                peers.values().stream()
                        .filter(member -> member.host().isEmpty())
                        .map(Member::id)
                        .toList(),
                around.discovery().addressesMax());
    }

    /** Hears the result of a look-up: an address, or else why there is none. */
    @FunctionalInterface
    interface Resolved {
        void accept(@Nullable InetSocketAddress address, String failure);
    }

    NodeId self() {
        return around.self();
    }

    Birth birth() {
        return around.birth();
    }

    AddressBook book() {
        return book;
    }

    Discovery discovery() {
        return around.discovery();
    }

    Names names() {
        return around.names();
    }

    Executor lookUps() {
        return around.lookUps();
    }

    /** For people: the ids of all members, or the first of many. */
    String membersText() {
        List<NodeId> ids = around.membership().ids();
        return ids.size() <= TOLD_MAX
                ? ids.toString()
                : ids.subList(0, TOLD_MAX) + " and " + (ids.size() - TOLD_MAX) + " more";
    }

    /** How the search for members fares, for people. */
    String search() {
        return search;
    }

    void search(String outcome) {
        search = outcome;
    }

    /** Whether it is this very process that calls itself. */
    boolean isThisNode(Greeting said) {
        return said.from().equals(self()) && said.boot() == boot;
    }

    /** Whether a node of this cluster, which searches for members, has called here for another one. */
    boolean isMisled(Greeting said) {
        NodeId to = said.to();
        return to != null
                && !to.equals(self())
                && around.discovery().looks()
                && said.birth().equals(birth());
    }

    /** What the server is bound to. */
    void listensAt(SocketAddress address) {
        listens = hostOf(address);
    }

    /** Another node, or this one, was met on a connection that has this end. */
    void metAt(@Nullable SocketAddress local) {
        metAt = hostOf(local);
    }

    private static @Nullable InetAddress hostOf(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    /** The host that the others reach this node at: configured, or bound to, or seen on a connection; null if unknown. */
    @Nullable
    String ownHost() {
        String configured = around.membership().get(self()).host();
        if (!configured.isEmpty()) {
            return configured;
        }
        InetAddress host = own(metAt);
        return host == null ? null : InetAddresses.toUriString(host);
    }

    private @Nullable InetAddress own(@Nullable InetAddress local) {
        InetAddress bound = listens;
        return bound == null || bound.isAnyLocalAddress() ? local : bound;
    }

    /** Where this node listens, as far as one can see at this end of a connection. */
    private InetSocketAddress at(@Nullable SocketAddress local) {
        InetAddress host = own(hostOf(local));
        return new InetSocketAddress(
                host == null ? InetAddress.getLoopbackAddress() : host,
                around.membership().get(self()).peerPort());
    }

    boolean isPeer(NodeId node) {
        return peers.containsKey(node);
    }

    long boot() {
        return boot;
    }

    TcpSettings settings() {
        return around.settings();
    }

    LinkEvents events() {
        return around.events();
    }

    long now() {
        return around.nanoClock().getAsLong();
    }

    long randomLong() {
        return around.randomLongs().getAsLong();
    }

    long connectNanos() {
        return settings().connectMillis() * 1_000_000L;
    }

    long greetingNanos() {
        return settings().greetingMillis() * 1_000_000L;
    }

    long silenceNanos() {
        return settings().silenceMillis() * 1_000_000L;
    }

    /** Says who calls, and whom: nobody in particular if both are null. */
    void greet(ChannelHandlerContext ctx, @Nullable NodeId to, @Nullable Lane lane) {
        SocketAddress local = ctx.channel().localAddress();
        byte[] greeting = new Greeting(birth(), self(), to, boot, at(local), lane).encode();
        var unused =
                ctx.writeAndFlush(ctx.alloc().directBuffer(greeting.length).writeBytes(greeting), ctx.voidPromise());
    }

    Greeting.Answer answer(Greeting said, @Nullable String objection, @Nullable SocketAddress local) {
        return new Greeting.Answer(
                objection == null,
                self(),
                boot,
                at(local),
                objection == null ? "" : objection,
                objection == null && said.to() == null ? book.met(said.from()) : ImmutableList.of());
    }

    /** Tells of a refusal, once in a while for each remote address. */
    void refused(@Nullable SocketAddress remote, String message) {
        if (gate.passes(addressOf(remote), now())) {
            events().refused(message);
        }
    }

    /** Without the port: each connection has another. */
    private static String addressOf(@Nullable SocketAddress remote) {
        return remote instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : String.valueOf(remote);
    }

    /** Names are looked up anew for each attempt, because a peer may return at another address; never on an event loop. */
    void resolve(NodeId peer, Resolved result) {
        Member member = peers.get(peer);
        if (member == null) {
            throw new IllegalArgumentException(peer + " is no peer of " + self());
        }
        if (member.host().isEmpty()) {
            InetSocketAddress known = book.find(peer);
            result.accept(known, known == null ? "its address is not known; " + search : "");
            return;
        }
        if (InetAddresses.isInetAddress(member.host())) {
            result.accept(new InetSocketAddress(InetAddresses.forString(member.host()), member.peerPort()), "");
            return;
        }
        around.lookUps().execute(() -> {
            try {
                result.accept(
                        new InetSocketAddress(names().addressesOf(member.host()).get(0), member.peerPort()), "");
            } catch (UnknownHostException e) {
                result.accept(null, "host " + member.host() + " of " + peer + " is not known");
            }
        });
    }

    ChannelFuture connect(EventLoop loop, InetSocketAddress address, ChannelHandler handler) {
        return new Bootstrap()
                .group(loop)
                .channel(channelType)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings().connectMillis())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(handler)
                .connect(address);
    }
}
