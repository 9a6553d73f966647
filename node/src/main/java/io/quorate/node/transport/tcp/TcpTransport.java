package io.quorate.node.transport.tcp;

import com.google.common.collect.Maps;
import com.google.common.net.InetAddresses;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.quorate.node.transport.FaultBoard;
import io.quorate.node.transport.Transport;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@link Transport} over TCP connections of its own. To each peer this node opens one connection for each lane, so that a full
 * data lane does not delay what keeps nodes alive to each other; frames go only one way on it, signs of life the other.
 * After a greeting that says who both sides are, each frame is its length and itself.
 *
 * <p>A connection on which a question stays unanswered is closed and opened anew, because the operating system may take
 * half a minute after a network cut to try an old one again. Nothing that was once handed to a connection is sent again.
 */
public final class TcpTransport implements Transport, AutoCloseable {
    private static final long CLOSE_MILLIS = 1_000;

    private final Surroundings around;
    private final FaultBoard faults;
    private final EventLoopGroup loops;
    private final Channel server;
    private final Map<NodeId, Map<Lane, PeerLink>> links = new LinkedHashMap<>();
    private final Map<Lane, Receiver> receivers = new EnumMap<>(Lane.class);
    private final Map<Lane, LongAdder> sent = Maps.toMap(EnumSet.allOf(Lane.class), lane -> new LongAdder());
    private final InboundGuard guard;
    private final LinkContext context;
    private final EventLoop looker;
    private final Finder finder;
    private final AtomicBoolean closed = new AtomicBoolean();
    private long lookedAt;

    /**
     * What a transport needs.
     *
     * @param membership members without a host are searched for as {@code discovery} says
     * @param bindHost where to listen; null for the host that the member advertises, or any if it has none
     * @param lookUps runs look-ups of host names, which may block
     * @param randomLongs for the number of this start and to spread attempts
     * @param names looks names up, on {@code lookUps}
     */
    public record Surroundings(
            Birth birth,
            NodeId self,
            Membership membership,
            @Nullable String bindHost,
            TcpSettings settings,
            FaultBoard faults,
            LinkEvents events,
            LongSupplier nanoClock,
            LongSupplier randomLongs,
            ThreadFactory threads,
            Executor lookUps,
            Discovery discovery,
            Names names) {}

    /** Takes the frames that come in on a lane, on a thread of the transport: it must not block. */
    public interface Receiver {
        void take(NodeId from, byte[] frame);

        /** Nothing more waits to be taken at this moment. */
        default void paused() {}
    }

    /** The address cannot be listened on; the message says why. */
    public static final class BindException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BindException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Takes the address but accepts nobody before {@link #start}.
     *
     * @throws BindException if it cannot be had
     */
    public static TcpTransport bind(Surroundings around) {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                around.settings().eventLoops(), around.threads(), NioIoHandler.newFactory());
        try {
            return new TcpTransport(around, loops);
        } catch (RuntimeException e) {
            end(loops);
            throw e;
        }
    }

    private TcpTransport(Surroundings around, EventLoopGroup loops) {
        this.around = around;
        this.faults = around.faults();
        this.loops = loops;
        Map<NodeId, Member> peers = new LinkedHashMap<>();
        for (Member member : around.membership().members()) {
            if (!member.id().equals(around.self())) {
                peers.put(member.id(), member);
            }
        }
        LinkContext context = new LinkContext(around, peers, NioSocketChannel.class);
        for (NodeId peer : peers.keySet()) {
            EventLoop loop = loops.next();
            Map<Lane, PeerLink> lanes = new EnumMap<>(Lane.class);
            for (Lane lane : Lane.values()) {
                lanes.put(lane, new PeerLink(peer, lane, loop, context));
            }
            links.put(peer, lanes);
        }
        this.context = context;
        this.looker = loops.next();
        this.finder = new Finder(context, looker, this::hurry);
        this.guard = new InboundGuard(context, this::receiver, this::heard);
        this.server = listen(context);
    }

    private Channel listen(LinkContext context) {
        Member self = around.membership().get(around.self());
        String host = around.bindHost() == null ? self.host() : around.bindHost();
        InetSocketAddress address =
                host.isEmpty() ? new InetSocketAddress(self.peerPort()) : new InetSocketAddress(host, self.peerPort());
        ChannelFuture binding = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        accepted.pipeline().addLast(new Inbound(guard, context));
                    }
                })
                .bind(address);
        binding.awaitUninterruptibly();
        Throwable failure = binding.cause();
        if (failure != null) {
            throw new BindException(
                    "address " + (host.isEmpty() ? "*" : host) + ":" + self.peerPort()
                            + " for frames of other nodes cannot be bound: "
                            + (String.valueOf(failure.getMessage()).contains("in use")
                                    ? "another program uses it"
                                    : String.valueOf(failure.getMessage())),
                    failure);
        }
        context.listensAt(binding.channel().localAddress());
        return binding.channel();
    }

    /** Names who takes the frames of a lane; to be called for each before {@link #start}. */
    public void receive(Lane lane, Receiver receiver) {
        receivers.put(lane, receiver);
    }

    private Receiver receiver(Lane lane) {
        Receiver receiver = receivers.get(lane);
        if (receiver == null) {
            throw new IllegalStateException("nobody takes the frames of lane " + lane);
        }
        return receiver;
    }

    /** Begins to accept connections. */
    public void start() {
        lookedAt = around.nanoClock().getAsLong();
        int every = around.settings().lookMillis();
        var unused = looker.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
        server.config().setAutoRead(true);
    }

    private void look() {
        long now = around.nanoClock().getAsLong();
        boolean slept = now - lookedAt > 4L * around.settings().lookMillis() * 1_000_000L;
        lookedAt = now;
        guard.look(slept);
        all(link -> link.look(slept));
        finder.look(now);
    }

    /** Where a member is reached: the host that is configured, else where it was last met; null if nobody knows. */
    public @Nullable String hostOf(NodeId node) {
        if (node.equals(around.self())) {
            return context.ownHost();
        }
        String configured = around.membership().get(node).host();
        if (!configured.isEmpty()) {
            return configured;
        }
        InetSocketAddress known = context.book().find(node);
        return known == null ? null : InetAddresses.toUriString(known.getAddress());
    }

    private void heard(Greeting said) {
        context.book().said(said.from(), said.at(), said.boot());
        hurry(said.from(), said.boot());
    }

    private void hurry(NodeId peer, long boot) {
        Map<Lane, PeerLink> lanes = links.get(peer);
        if (lanes != null) {
            lanes.values().forEach(link -> link.hurry(boot));
        }
    }

    private void all(java.util.function.Consumer<PeerLink> action) {
        links.values().stream().map(Map::values).flatMap(Collection::stream).forEach(action);
    }

    @Override
    public void send(NodeId to, Lane lane, byte[] frame) {
        Map<Lane, PeerLink> lanes = links.get(to);
        PeerLink link = lanes == null ? null : lanes.get(lane);
        if (link == null) {
            throw new IllegalArgumentException(to + " is no peer of " + around.self());
        }
        if (frame.length > TcpSettings.FRAME_MAX) {
            throw new IllegalArgumentException(
                    "a frame of " + frame.length + " bytes is above the limit of " + TcpSettings.FRAME_MAX);
        }
        if (faults.isCut(around.self(), to)) {
            return;
        }
        Objects.requireNonNull(sent.get(lane)).add(frame.length);
        long delay = faults.delayNanos(around.self());
        if (delay == 0) {
            link.send(frame);
        } else {
            link.sendLater(frame, delay);
        }
    }

    @Override
    public boolean knows(NodeId node) {
        return links.containsKey(node);
    }

    @Override
    public long admit(NodeId from) {
        return faults.isCut(from, around.self()) ? -1 : faults.delayNanos(around.self());
    }

    /** Bytes of all frames that were handed over for a lane, those that got lost included. */
    public long sentBytes(Lane lane) {
        return Objects.requireNonNull(sent.get(lane)).sum();
    }

    /** Bytes of frames that wait to be handed to a connection. */
    public int queuedBytes(NodeId to, Lane lane) {
        Map<Lane, PeerLink> lanes = links.get(to);
        PeerLink link = lanes == null ? null : lanes.get(lane);
        return link == null ? 0 : link.queuedBytes();
    }

    /** Connections that others have opened to this node. */
    public int incoming() {
        return guard.open();
    }

    /**
     * Hands what waits to the connections that are open, closes all, and frees the address. Returns when that is done, or
     * after a second at most.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        server.close().awaitUninterruptibly(CLOSE_MILLIS);
        CountDownLatch flushed = new CountDownLatch(2 * links.size());
        all(link -> link.close(flushed::countDown));
        try {
            if (!flushed.await(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                around.events().refused(around.self() + ": the connections to other nodes did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        guard.closeAll();
        end(loops);
    }

    private static void end(EventLoopGroup loops) {
        loops.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * CLOSE_MILLIS);
    }
}
