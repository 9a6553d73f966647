package io.quorate.node.transport.tcp;

import com.google.common.net.InetAddresses;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.GreetingReader.RefusedException;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One connection that somebody has opened to this node: a greeting, then frames. */
final class Inbound extends ChannelInboundHandlerAdapter {
    /** While this much comes in without a question, the sender is given a sign of life. */
    private static final int SIGN_EVERY_BYTES = 64 << 10;

    private final InboundGuard guard;
    private final LinkContext context;
    private final GreetingReader greeting = new GreetingReader(Greeting.SIZE_MAX);
    private final FrameReader reader = new FrameReader();
    private final long openedAt;
    private @Nullable Channel channel;
    private @Nullable NodeId from;
    private TcpTransport.@Nullable Receiver receiver;
    private volatile long boot;
    private int questions;
    private int bytesUnsigned;
    private boolean over;

    Inbound(InboundGuard guard, LinkContext context) {
        this.guard = guard;
        this.context = context;
        this.openedAt = context.now();
    }

    long openedAt() {
        return openedAt;
    }

    /** The start of the node that has greeted. */
    long boot() {
        return boot;
    }

    /** Ends it; any thread. */
    void close() {
        Channel open = channel;
        if (open != null) {
            var unused = open.close();
        }
    }

    /** The time for a greeting is over, or others wait for the place. Any thread. */
    void closeUngreeted(String reason) {
        Channel open = channel;
        if (open != null) {
            open.eventLoop().execute(() -> {
                if (from == null && !over) {
                    over = true;
                    if (greeting.size() > 0) {
                        refuse(open, reason);
                    }
                    var unused = open.close();
                }
            });
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        guard.accepted(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (from == null && !over && greeting.size() > 0) {
            refuse(ctx.channel(), "it closed the connection in the middle of its greeting");
        }
        over = true;
        guard.closed(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (!over && from == null) {
                readGreeting(ctx, in);
            }
            NodeId sender = from;
            TcpTransport.Receiver taker = receiver;
            if (!over && sender != null && taker != null && in.isReadable()) {
                bytesUnsigned += in.readableBytes();
                questions += reader.read(in, frame -> taker.take(sender, frame));
            }
        } catch (RefusedException | DecodeException e) {
            over = true;
            refuse(ctx.channel(), String.valueOf(e.getMessage()));
            var unused = ctx.close();
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        TcpTransport.Receiver taker = receiver;
        if (taker == null || over) {
            return;
        }
        taker.paused();
        if (questions > 0 || bytesUnsigned >= SIGN_EVERY_BYTES) {
            ByteBuf signs = ctx.alloc().directBuffer(4);
            if (questions == 0) {
                signs.writeByte(LinkContext.ALIVE);
            } else {
                signs.writeByte(LinkContext.ANSWER);
            }
            questions = 0;
            bytesUnsigned = 0;
            if (ctx.channel().isWritable()) {
                var unused = ctx.writeAndFlush(signs, ctx.voidPromise());
            } else {
                // Who asks and does not read the answers needs none.
                signs.release();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        over = true;
        var unused = ctx.close();
    }

    private void readGreeting(ChannelHandlerContext ctx, ByteBuf in) {
        byte[] whole = greeting.read(in);
        if (whole == null) {
            return;
        }
        Greeting said = Greeting.decode(whole);
        String objection = context.isThisNode(said) ? null : objectionTo(said);
        byte[] bytes =
                context.answer(said, objection, ctx.channel().localAddress()).encode();
        var sent = ctx.writeAndFlush(ctx.alloc().directBuffer(bytes.length).writeBytes(bytes));
        Lane lane = said.lane();
        if (objection == null && lane != null) {
            context.metAt(ctx.channel().localAddress());
            from = said.from();
            boot = said.boot();
            receiver = guard.greeted(this, said, lane);
            return;
        }
        over = true;
        if (context.isMisled(said)) {
            // It has an old address, finds the right one, and has been told who is here.
            context.events().misled(said.from());
        } else if (objection != null) {
            refuse(ctx.channel(), objection);
        } else if (!context.isThisNode(said)) {
            guard.asked(said);
        }
        var unused = sent.addListener(ChannelFutureListener.CLOSE);
    }

    /** Both read it, so it names both sides by their names. */
    private @Nullable String objectionTo(Greeting said) {
        NodeId self = context.self();
        String difference = said.birth().differenceTo(context.birth(), said.from(), self);
        if (difference != null) {
            return difference;
        }
        NodeId to = said.to();
        if (to != null && !to.equals(self)) {
            return "node " + said.from() + " looks for " + to + ", but here is " + self + ": mend the address of " + to
                    + " among the members that " + said.from() + " was given";
        }
        if (said.from().equals(self)) {
            return "a node calls itself " + self + ", as this node does, and listens at " + text(said.at())
                    + ": give each node an id of its own";
        }
        if (!context.isPeer(said.from())) {
            context.events().stranger(said.from());
            return "node " + said.from() + " is no member of the cluster that " + self + " knows, which has "
                    + context.membersText() + ": give all nodes the same members";
        }
        return guard.namesake(said);
    }

    /** Without the slash that Java puts before an address. */
    static String text(InetSocketAddress address) {
        return InetAddresses.toUriString(address.getAddress()) + ":" + address.getPort();
    }

    private void refuse(Channel open, String reason) {
        NodeId known = from;
        context.refused(
                open.remoteAddress(),
                context.self() + ": the connection from " + open.remoteAddress()
                        + (known == null ? "" : ", " + known + ",") + " is closed: " + reason);
    }
}
