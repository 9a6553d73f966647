package io.quorate.node.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.quorate.node.transport.tcp.GreetingReader.RefusedException;
import io.quorate.ring.bytes.DecodeException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection that asks an address who is there, and is closed by the answer. Everything happens on one event loop. */
final class Question extends ChannelInboundHandlerAdapter {
    private final LinkContext context;
    private final InetSocketAddress address;
    private final Asker asker;
    private final GreetingReader reader = new GreetingReader(Greeting.ANSWER_MAX);
    private @Nullable Channel channel;
    private boolean over;

    /** Is told how it ends, once. */
    interface Asker {
        void answered(InetSocketAddress address, Greeting.Answer answer);

        void unanswered(InetSocketAddress address, String reason);
    }

    Question(LinkContext context, InetSocketAddress address, Asker asker) {
        this.context = context;
        this.address = address;
        this.asker = asker;
    }

    void ask(EventLoop loop) {
        ChannelFuture connecting = context.connect(loop, address, this);
        channel = connecting.channel();
        var unused = connecting.addListener(done -> {
            if (!done.isSuccess()) {
                Throwable cause = done.cause();
                end(cause == null ? "no connection" : String.valueOf(cause.getMessage()));
            }
        });
        var unusedToo = loop.schedule(
                () -> end("no answer"),
                context.settings().connectMillis() + context.settings().greetingMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context.greet(ctx, null, null);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            byte[] whole = over ? null : reader.read(in);
            if (whole != null) {
                heard(ctx, Greeting.Answer.decode(whole));
            }
        } catch (RefusedException | DecodeException e) {
            refused(ctx, String.valueOf(e.getMessage()));
        } finally {
            in.release();
        }
    }

    private void heard(ChannelHandlerContext ctx, Greeting.Answer answer) {
        if (!answer.welcome()) {
            refused(ctx, "it refuses this node: " + answer.text());
            return;
        }
        context.metAt(ctx.channel().localAddress());
        over = true;
        asker.answered(address, answer);
        var unused = ctx.close();
    }

    private void refused(ChannelHandlerContext ctx, String reason) {
        context.refused(
                ctx.channel().remoteAddress(),
                context.self() + " cannot talk to the node at " + Inbound.text(address) + ", one of those that "
                        + context.discovery().setting() + " names: " + reason);
        end(reason);
    }

    private void end(String reason) {
        if (!over) {
            over = true;
            asker.unanswered(address, reason);
            Channel open = channel;
            if (open != null) {
                var unused = open.close();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end("closed before the greeting was answered");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(String.valueOf(cause.getMessage()));
    }
}
