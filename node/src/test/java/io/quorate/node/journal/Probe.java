package io.quorate.node.journal;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;

/** An actor that keeps what it is sent for a test to take, one after the other. */
final class Probe {
    private static final long SECONDS_MAX = 20;

    private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    private final ActorRef ref;

    Probe(ActorSystem system) {
        this.ref = system.actorOf(Props.create(Keeper.class, () -> new Keeper(received)));
    }

    /** To hear of the end of an actor. */
    private record Watch(ActorRef actor) {}

    private static final class Keeper extends AbstractActor {
        private final BlockingQueue<Object> received;

        private Keeper(BlockingQueue<Object> received) {
            this.received = received;
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(Watch.class, watch -> getContext().watch(watch.actor()))
                    .matchAny(received::add)
                    .build();
        }
    }

    ActorRef ref() {
        return ref;
    }

    /** Has the end of an actor told. */
    void watch(ActorRef actor) {
        ref.tell(new Watch(actor), ActorRef.noSender());
    }

    /** Whether nothing has come that was not taken. */
    boolean isEmpty() {
        return received.isEmpty();
    }

    Object next() {
        try {
            Object message = received.poll(SECONDS_MAX, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("nothing came within " + SECONDS_MAX + " s");
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    <T> T next(Class<T> type) {
        Object message = next();
        if (!type.isInstance(message)) {
            throw new AssertionError("wanted " + type.getName() + ", but got " + message);
        }
        return type.cast(message);
    }
}
