package io.quorate.node.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.GreetingReader.RefusedException;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One connection that this node opens, from the attempt to make it to its end. Everything happens on one event loop.
 *
 * <p>Once something was sent, it asks now and then whether the peer is there; a peer that sends nothing for a while after
 * that is given up.
 */
final class Outgoing extends ChannelInboundHandlerAdapter {
    /** An attempt this young is not given up for a newer one. */
    private static final long YOUNG_NANOS = 100_000_000L;

    /** One that lasted so long was a good one: if it is lost, the next is tried at once. */
    private static final long GOOD_NANOS = 1_000_000_000L;

    private final NodeId peer;
    private final Lane lane;
    private final EventLoop loop;
    private final LinkContext context;
    private final OutQueue queue;
    private final Owner owner;
    private final GreetingReader answer = new GreetingReader(Greeting.ANSWER_MAX);
    private final long begunAt;
    private @Nullable Channel channel;
    private @Nullable InetSocketAddress target;
    private boolean over;
    private boolean refused;
    private boolean welcome;
    private long openedAt;
    private long boot;
    /** Something was sent after the last question. */
    private boolean askDue;

    private boolean asked;
    private long heardAt;

    /** Whom it tells how it fares, on the event loop. */
    interface Owner {
        void opened();

        void failed(Outgoing connection, String reason);
    }

    Outgoing(NodeId peer, Lane lane, EventLoop loop, LinkContext context, OutQueue queue, Owner owner) {
        this.peer = peer;
        this.lane = lane;
        this.loop = loop;
        this.context = context;
        this.queue = queue;
        this.owner = owner;
        this.begunAt = context.now();
    }

    void begin() {
        context.resolve(peer, (address, failure) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(() -> connect(address, failure));
            }
        });
    }

    private void connect(@Nullable InetSocketAddress address, String failure) {
        if (over) {
            return;
        }
        if (address == null) {
            over = true;
            owner.failed(this, failure);
            return;
        }
        target = address;
        ChannelFuture connecting = context.connect(loop, address, this);
        channel = connecting.channel();
        var unused = connecting.addListener(done -> {
            if (!done.isSuccess()) {
                over = true;
                Throwable cause = done.cause();
                refused = cause instanceof ConnectException && !(cause instanceof ConnectTimeoutException);
                owner.failed(this, "cannot connect: " + message(cause));
            }
        });
    }

    /** Whether it has waited for the other side to accept it for so long that a new one may be faster. */
    boolean isStuck() {
        Channel connecting = channel;
        return (connecting == null || !connecting.isActive()) && context.now() - begunAt >= YOUNG_NANOS;
    }

    void end() {
        over = true;
        if (channel != null) {
            var unused = channel.close();
        }
    }

    /** Ends it without a trace: what the operating system still holds of it must not arrive later. */
    void giveUp(String reason) {
        if (channel != null && channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        over = true;
        // First, so that this reason is told and not what closing looks like from inside.
        owner.failed(this, reason);
        end();
    }

    /** Whether it has carried frames for so long that its loss is no sign of trouble. */
    boolean wasGood() {
        return welcome && context.now() - openedAt >= GOOD_NANOS;
    }

    /** Whether the peer's machine answered that nobody listens there. */
    boolean wasRefused() {
        return refused;
    }

    /** Where it leads to; null while that is looked up. */
    @Nullable
    InetSocketAddress target() {
        return target;
    }

    /** The number of the peer's start that it leads to. */
    long peerBoot() {
        return boot;
    }

    /** Asks whether the peer is there if something was sent, and gives up if it does not answer. */
    void look(boolean slept) {
        Channel there = channel;
        if (over || there == null || !there.isActive()) {
            return;
        }
        long now = context.now();
        if (!welcome) {
            if (now - begunAt >= context.greetingNanos() + context.connectNanos()) {
                giveUp("it accepts connections but does not answer the greeting");
            }
        } else if (asked) {
            if (slept) {
                // This process stood still: its answers may be here, unread.
                heardAt = now;
            } else if (now - heardAt >= context.silenceNanos()) {
                giveUp("silent for " + (now - heardAt) / 1_000_000 + " ms");
            }
        } else if (askDue) {
            askDue = false;
            asked = true;
            heardAt = now;
            var unused = there.writeAndFlush(there.alloc().directBuffer(4).writeInt(0), there.voidPromise());
        }
    }

    /** Hands over what waits, as far as there is room. */
    void write() {
        Channel there = channel;
        if (there == null) {
            return;
        }
        boolean some = false;
        while (there.isWritable()) {
            ByteBuf piece = queue.nextPiece(there.alloc());
            if (piece == null) {
                break;
            }
            var unused = there.write(piece, there.voidPromise());
            some = true;
        }
        if (some) {
            askDue = true;
            there.flush();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context.greet(ctx, peer, lane);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (!over) {
                heardAt = context.now();
                if (!welcome) {
                    readAnswer(ctx, in);
                }
                readSigns(in);
            }
        } catch (RefusedException | DecodeException e) {
            context.refused(
                    ctx.channel().remoteAddress(),
                    context.self() + " cannot talk to " + peer + " at "
                            + ctx.channel().remoteAddress() + ": " + e.getMessage());
            giveUp(String.valueOf(e.getMessage()));
        } finally {
            in.release();
        }
    }

    private void readAnswer(ChannelHandlerContext ctx, ByteBuf in) {
        byte[] whole = answer.read(in);
        if (whole == null) {
            return;
        }
        Greeting.Answer decoded = Greeting.Answer.decode(whole);
        InetSocketAddress address = target;
        if (!decoded.welcome()
                && !decoded.from().equals(peer)
                && address != null
                && context.book().seeks(peer)) {
            context.book().notThere(peer, address);
            giveUp(decoded.from() + " answers where it was before, at " + Inbound.text(address) + ": "
                    + decoded.text());
            return;
        }
        if (!decoded.welcome()) {
            throw new RefusedException("it refuses this node: " + decoded.text());
        }
        welcome = true;
        boot = decoded.boot();
        openedAt = context.now();
        context.metAt(ctx.channel().localAddress());
        owner.opened();
        write();
    }

    private void readSigns(ByteBuf in) {
        while (welcome && in.isReadable()) {
            byte sign = in.readByte();
            if (sign == LinkContext.ANSWER) {
                asked = false;
            } else if (sign != LinkContext.ALIVE) {
                throw new DecodeException(
                        "it sent 0x" + Integer.toHexString(sign & 0xff) + " where a node sends a sign of life");
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (welcome && !over && ctx.channel().isWritable()) {
            write();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over = true;
        owner.failed(this, welcome ? "the connection was closed" : "closed before the greeting was answered");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        var unused = ctx.close();
        over = true;
        owner.failed(this, message(cause));
    }

    private static String message(@Nullable Throwable cause) {
        return cause == null ? "unknown" : String.valueOf(cause.getMessage());
    }
}
