package io.quorate.node.transport.tcp;

import com.google.common.net.InetAddresses;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What all connections of one node share. */
final class LinkContext {
    /** A sign of life that answers a question. */
    static final byte ANSWER = 2;
    /** A sign of life while much comes in. */
    static final byte ALIVE = 1;

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 << 10, 512 << 10);

    private final TcpTransport.Surroundings around;
    private final Map<NodeId, Member> peers;
    private final Class<? extends Channel> channelType;
    private final long boot;
    private final RefusalGate gate = new RefusalGate();

    LinkContext(TcpTransport.Surroundings around, Map<NodeId, Member> peers, Class<? extends Channel> channelType) {
        this.around = around;
        this.peers = peers;
        this.channelType = channelType;
        this.boot = around.randomLongs().getAsLong();
    }

    /** Hears the result of a look-up: an address, or else why there is none. */
    @FunctionalInterface
    interface Resolved {
        void accept(@Nullable InetSocketAddress address, String failure);
    }

    NodeId self() {
        return around.self();
    }

    String cluster() {
        return around.cluster();
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

    Greeting greeting(NodeId to, Lane lane) {
        return new Greeting(cluster(), self(), to, boot, lane);
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
        if (InetAddresses.isInetAddress(member.host())) {
            result.accept(new InetSocketAddress(InetAddresses.forString(member.host()), member.peerPort()), "");
            return;
        }
        around.lookUps().execute(() -> {
            try {
                result.accept(new InetSocketAddress(InetAddress.getByName(member.host()), member.peerPort()), "");
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
