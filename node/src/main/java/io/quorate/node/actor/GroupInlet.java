package io.quorate.node.actor;

import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.group.NodeLiveness;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The way to the actor of one group, which is the same over its restarts. Requests are kept beside the actor's mailbox, so that
 * none is lost without a reply when it ends (the door bounds how many there are). Safe from any thread.
 */
final class GroupInlet {
    private final Queue<Submit> submits = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private volatile boolean quiet;
    private volatile @Nullable Seat seat;
    /** Whether the actor takes requests, and not only messages and ticks. */
    private volatile boolean serves;

    /** Why it takes no requests any more; null if it has not begun to: what comes before waits for that. */
    private volatile @Nullable String closed;

    /**
     * A client's request.
     *
     * @param takenUp told before the reply how many nanoseconds the request has waited; false if it is not to be begun, and
     *     has its reply
     * @param reply called once
     */
    record Submit(
            LedRequest request, long takenAt, long timeoutNanos, LongPredicate takenUp, Consumer<KeyReply> reply) {
        void refuse(String why) {
            reply.accept(KeyReply.Refused.of(
                    ErrorCode.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    "this node's part in the key's group takes no requests: " + why + "; retry, or use another node"));
        }
    }

    /** A message of another member. */
    record Incoming(NodeId from, GroupMessage message, long age) {
        /** Whether nobody is to rest on the strength of earlier messages once it has come in. */
        boolean endsRest() {
            return message instanceof GroupMessage.Wake;
        }
    }

    /** A node does not vouch for its groups any more, or does not hear this one. */
    record Lost(NodeId node) {}

    /** An actor, and how many ends of rests are on their way to it. */
    private record Seat(ActorRef actor, AtomicInteger ends) {
        private static Seat of(ActorRef actor) {
            return new Seat(actor, new AtomicInteger());
        }

        private void tell(Object message) {
            actor.tell(message, ActorRef.noSender());
        }
    }

    /** Something waits in the inlet. */
    enum Signal {
        WAKE,
        SETTLE,
        TICK
    }

    void add(Submit submit) {
        submits.add(submit);
        if (isOpen()) {
            wake();
        } else {
            refuseIfClosed();
        }
    }

    void add(Incoming message) {
        if (message.endsRest()) {
            tellEnd(message);
        } else {
            tell(message);
        }
    }

    void add(Lost lost) {
        tellEnd(lost);
    }

    private void tellEnd(Object message) {
        Seat present = seat;
        if (present != null) {
            present.ends().incrementAndGet();
            present.tell(message);
        }
    }

    /** The actor has taken a message that ends rests. */
    void heardEnd() {
        Seat present = seat;
        if (present != null) {
            present.ends().decrementAndGet();
        }
    }

    /**
     * What is known of other nodes, as far as the actor may go by it: no later than what it has been told. What waits in its
     * mailbox may end a rest that a later pulse knows nothing of.
     */
    NodeLiveness inOrder(NodeLiveness shared) {
        return new InOrder(shared, () -> {
            Seat present = seat;
            return present != null && present.ends().get() == 0;
        });
    }

    void tell(Object message) {
        Seat present = seat;
        if (present != null) {
            present.tell(message);
        }
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            tell(Signal.WAKE);
        }
    }

    /** Whether nothing waits for time to pass. */
    void quiet(boolean present) {
        quiet = present;
    }

    boolean isQuiet() {
        return quiet;
    }

    /** Lets time pass, unless nothing waits for that, or the actor has yet to come to the last tick. */
    void tick(boolean evenIfQuiet) {
        if (seat != null && (evenIfQuiet || !quiet) && ticking.compareAndSet(false, true)) {
            tell(Signal.TICK);
        }
    }

    /** The actor comes to a tick. */
    void ticked() {
        ticking.set(false);
    }

    /** Takes a request up. */
    interface Taker {
        void take(Submit submit, long now);
    }

    /** Gives out requests that wait, so many at once; if there are more the actor is woken again. */
    void takeUp(int most, LongSupplier nanoClock, Taker taker) {
        // First, so that none that comes meanwhile is overlooked.
        woken.set(false);
        for (int i = 0; i < most; i++) {
            Submit submit = submits.poll();
            if (submit == null) {
                break;
            }
            long now = nanoClock.getAsLong();
            if (submit.takenUp().test(now - submit.takenAt())) {
                taker.take(submit, now);
            }
        }
        wakeForRest();
    }

    private void wakeForRest() {
        if (!submits.isEmpty()) {
            wake();
        }
    }

    /** The actor hears other members from now on, but requests go elsewhere. */
    void join(ActorRef present) {
        seat = Seat.of(present);
        quiet = false;
        ticked();
    }

    /** The actor takes requests from now on. */
    void open(ActorRef present) {
        seat = Seat.of(present);
        serves = true;
        quiet = false;
        ticked();
        woken.set(false);
        wakeForRest();
    }

    /** Whether the actor takes requests: what it is told otherwise is lost. */
    boolean isOpen() {
        return seat != null && serves;
    }

    /** Whether there is an actor that hears other members. */
    boolean hears() {
        return seat != null;
    }

    /** It has ended: requests are refused until there is another. */
    void close(String why) {
        closed = why;
        serves = false;
        seat = null;
        refuseIfClosed();
    }

    private void refuseIfClosed() {
        String why = closed;
        if (why == null) {
            return;
        }
        for (Submit submit = submits.poll(); submit != null; submit = submits.poll()) {
            submit.refuse(why);
        }
    }
}
