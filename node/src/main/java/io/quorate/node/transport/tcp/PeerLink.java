package io.quorate.node.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.GreetingReader.RefusedException;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The way to one peer on one lane: a queue, and the connection that this node opens for it. It is opened by the first
 * frame and from then on whenever it is gone. A connection that does not answer a question in time is taken for dead,
 * however alive the operating system thinks it is.
 *
 * <p>Frames are queued by any thread; everything else happens on the event loop of this link.
 */
final class PeerLink {
    /** One that lasted so long was a good one: if it is lost, the next is tried at once. */
    private static final long GOOD_NANOS = 1_000_000_000L;
    /** An attempt this young is not given up for a newer one. */
    private static final long YOUNG_NANOS = 100_000_000L;

    private final NodeId peer;
    private final Lane lane;
    private final EventLoop loop;
    private final LinkContext context;
    private final OutQueue queue;
    private final AtomicBoolean due = new AtomicBoolean();

    private State state = State.UNUSED;
    private @Nullable Attempt current;
    private int failures;

    private enum State {
        /** Nothing was ever to be sent. */
        UNUSED,
        OPENING,
        OPEN,
        /** Until the pause after a failure is over. */
        PAUSING,
        CLOSED
    }

    PeerLink(NodeId peer, Lane lane, EventLoop loop, LinkContext context) {
        this.peer = peer;
        this.lane = lane;
        this.loop = loop;
        this.context = context;
        this.queue = new OutQueue(context.settings().queueBytes(lane));
    }

    /** Queues a frame, or drops it if too much waits. Any thread. */
    void send(byte[] frame) {
        if (queue.offer(frame)) {
            wake();
        } else {
            context.events().dropped(peer, lane, 1);
        }
    }

    /** The same after a while, as a fault demands. */
    void sendLater(byte[] frame, long nanos) {
        if (!queue.reserve(frame)) {
            context.events().dropped(peer, lane, 1);
            return;
        }
        run(() -> {
            var unused = loop.schedule(
                    () -> {
                        queue.addReserved(frame);
                        drain();
                    },
                    nanos,
                    TimeUnit.NANOSECONDS);
        });
    }

    int queuedBytes() {
        return queue.bytes();
    }

    private void wake() {
        if (due.compareAndSet(false, true)) {
            run(this::drain);
        }
    }

    private void run(Runnable work) {
        try {
            loop.execute(work);
        } catch (RejectedExecutionException closed) {
            // The transport is closed: nothing is sent any more.
            queue.clear();
        }
    }

    private void drain() {
        due.set(false);
        Attempt open = current;
        if (state == State.UNUSED) {
            open();
        } else if (state == State.OPEN && open != null) {
            open.write();
        } else if (state == State.CLOSED) {
            queue.clear();
        }
    }

    private void open() {
        state = State.OPENING;
        Attempt attempt = new Attempt();
        current = attempt;
        attempt.begin();
    }

    /** The peer was heard from: it can be reached, so there is no reason to pause. Any thread. */
    void hurry(long peerBoot) {
        run(() -> {
            Attempt attempt = current;
            if (state == State.PAUSING) {
                open();
            } else if (state == State.OPENING && attempt != null && attempt.isStuck()) {
                attempt.giveUp("the peer can be reached again");
                open();
            } else if (state == State.OPEN && attempt != null && attempt.boot != peerBoot) {
                // It has started anew, so what this connection leads to is no more.
                attempt.giveUp("the peer has started anew");
                open();
            }
        });
    }

    /** Looks after the connection; called every {@link TcpSettings#lookMillis}. Any thread. */
    void look(boolean slept) {
        run(() -> {
            Attempt attempt = current;
            if (attempt != null) {
                attempt.look(slept);
            }
        });
    }

    /** Sends what waits, if there is a connection, and ends it. Any thread; the future of the connection's end. */
    void close(Runnable done) {
        run(() -> {
            Attempt attempt = current;
            if (state == State.OPEN && attempt != null) {
                attempt.write();
            }
            state = State.CLOSED;
            current = null;
            queue.clear();
            if (attempt != null) {
                attempt.end();
            }
            done.run();
        });
    }

    private void failed(Attempt attempt, String reason) {
        if (current != attempt) {
            return;
        }
        current = null;
        boolean wasOpen = state == State.OPEN;
        failures = wasOpen && context.now() - attempt.openedAt >= GOOD_NANOS ? 0 : failures + 1;
        if (!wasOpen) {
            // What waits for a peer that cannot be reached would be stale when it can.
            int lost = queue.clear();
            if (lost > 0) {
                context.events().dropped(peer, lane, lost);
            }
        }
        state = State.PAUSING;
        context.events().lost(peer, lane, reason);
        long pause = pauseMillis();
        var unused = loop.schedule(
                () -> {
                    if (state == State.PAUSING) {
                        open();
                    }
                },
                pause,
                TimeUnit.MILLISECONDS);
    }

    /** Doubles with each failure, up to a bound; its second half is left to chance, so that nodes do not march in step. */
    private long pauseMillis() {
        if (failures == 0) {
            return 0;
        }
        long full = Math.min(
                context.settings().backoffMaxMillis(),
                (long) context.settings().backoffMinMillis() << Math.min(failures - 1, 16));
        return full / 2 + Math.floorMod(context.randomLong(), full / 2 + 1);
    }

    /** One connection, from the attempt to make it to its end. */
    private final class Attempt extends ChannelInboundHandlerAdapter {
        private final GreetingReader answer = new GreetingReader();
        private final long begunAt = context.now();
        private @Nullable Channel channel;
        private boolean over;
        private boolean welcome;
        private long openedAt;
        private long boot;
        /** Something was sent after the last question. */
        private boolean askDue;

        private boolean asked;
        private long heardAt;

        private void begin() {
            context.resolve(peer, (address, failure) -> run(() -> {
                if (over || current != this) {
                    return;
                }
                if (address == null) {
                    end();
                    failed(this, failure);
                    return;
                }
                ChannelFuture connecting = context.connect(loop, address, this);
                channel = connecting.channel();
                connecting.addListener(done -> {
                    if (!done.isSuccess()) {
                        over = true;
                        failed(this, "cannot connect to " + address + ": " + message(done.cause()));
                    }
                });
            }));
        }

        private boolean isStuck() {
            Channel connecting = channel;
            return (connecting == null || !connecting.isActive()) && context.now() - begunAt >= YOUNG_NANOS;
        }

        private void end() {
            over = true;
            if (channel != null) {
                channel.close();
            }
        }

        /** Ends it without a trace: what the operating system still holds of it must not arrive later. */
        private void giveUp(String reason) {
            if (channel != null && channel.isOpen()) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            end();
            failed(this, reason);
        }

        private void look(boolean slept) {
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
                there.writeAndFlush(there.alloc().directBuffer(4).writeInt(0), there.voidPromise());
            }
        }

        private void write() {
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
                there.write(piece, there.voidPromise());
                some = true;
            }
            if (some) {
                askDue = true;
                there.flush();
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            byte[] greeting = context.greeting(peer, lane).encode();
            ctx.writeAndFlush(ctx.alloc().directBuffer(greeting.length).writeBytes(greeting), ctx.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            try {
                if (!over) {
                    heardAt = context.now();
                    if (!welcome) {
                        readAnswer(in);
                    }
                    readSigns(in);
                }
            } catch (RefusedException | DecodeException e) {
                context.refused(
                        ctx.channel().remoteAddress(),
                        context.self() + " cannot talk to " + peer + " at " + ctx.channel().remoteAddress() + ": "
                                + e.getMessage());
                giveUp(String.valueOf(e.getMessage()));
            } finally {
                in.release();
            }
        }

        private void readAnswer(ByteBuf in) {
            byte[] whole = answer.read(in);
            if (whole == null) {
                return;
            }
            Greeting.Answer decoded = Greeting.Answer.decode(whole);
            if (!decoded.welcome()) {
                throw new RefusedException("it refuses this node: " + decoded.text());
            }
            welcome = true;
            boot = decoded.boot();
            openedAt = context.now();
            state = State.OPEN;
            context.events().opened(peer, lane);
            write();
        }

        private void readSigns(ByteBuf in) {
            while (welcome && in.isReadable()) {
                byte sign = in.readByte();
                if (sign == LinkContext.ANSWER) {
                    asked = false;
                } else if (sign != LinkContext.ALIVE) {
                    throw new DecodeException("it sent 0x" + Integer.toHexString(sign & 0xff)
                            + " where a node sends a sign of life");
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
            failed(this, welcome ? "the connection was closed" : "closed before the greeting was answered");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
            over = true;
            failed(this, message(cause));
        }
    }

    private static String message(@Nullable Throwable cause) {
        return cause == null ? "unknown" : String.valueOf(cause.getMessage());
    }
}
