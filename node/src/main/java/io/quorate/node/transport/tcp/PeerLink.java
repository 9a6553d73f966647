package io.quorate.node.transport.tcp;

import io.netty.channel.EventLoop;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.NodeId;
import java.net.InetSocketAddress;
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
final class PeerLink implements Outgoing.Owner {
    private final NodeId peer;
    private final Lane lane;
    private final EventLoop loop;
    private final LinkContext context;
    private final OutQueue queue;
    private final AtomicBoolean due = new AtomicBoolean();

    private State state = State.UNUSED;
    private @Nullable Outgoing current;
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
        Outgoing open = current;
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
        Outgoing attempt = new Outgoing(peer, lane, loop, context, queue, this);
        current = attempt;
        attempt.begin();
    }

    /** The peer was heard from: it can be reached, so there is no reason to pause. Any thread. */
    void hurry(long peerBoot) {
        run(() -> {
            Outgoing attempt = current;
            if (state == State.PAUSING) {
                open();
            } else if (state == State.OPENING && attempt != null && attempt.isStuck()) {
                attempt.giveUp("the peer can be reached again");
                open();
            } else if (state == State.OPEN && attempt != null && attempt.peerBoot() != peerBoot) {
                // It has started anew, so what this connection leads to is no more.
                attempt.giveUp("the peer has started anew");
                open();
            }
        });
    }

    /** Looks after the connection; called every {@link TcpSettings#lookMillis}. Any thread. */
    void look(boolean slept) {
        run(() -> {
            Outgoing attempt = current;
            if (attempt != null) {
                attempt.look(slept);
            }
        });
    }

    /**
     * Sends what waits, if there is a connection, and ends it. Any thread.
     *
     * @param done called on the event loop when the connection is being closed
     */
    void close(Runnable done) {
        run(() -> {
            Outgoing attempt = current;
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

    @Override
    public void opened() {
        state = State.OPEN;
        context.events().opened(peer, lane);
        Outgoing open = current;
        InetSocketAddress address = open == null ? null : open.target();
        if (open != null && address != null && context.book().opened(peer, lane, address, open.peerBoot())) {
            context.events().found(peer, address);
        }
    }

    @Override
    public void failed(Outgoing attempt, String reason) {
        if (current != attempt) {
            return;
        }
        current = null;
        boolean wasOpen = state == State.OPEN;
        InetSocketAddress address = attempt.target();
        if (address != null) {
            context.book().lost(peer, lane, address);
        }
        failures = attempt.wasGood() ? 0 : failures + 1;
        if (!wasOpen) {
            // What waits for a peer that cannot be reached would be stale when it can.
            int lost = queue.clear();
            if (lost > 0) {
                context.events().dropped(peer, lane, lost);
            }
        }
        state = State.PAUSING;
        context.events().lost(peer, lane, attempt.wasRefused(), reason);
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
}
