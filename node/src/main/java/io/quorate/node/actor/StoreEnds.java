package io.quorate.node.actor;

import io.quorate.node.protocol.group.InstallStep;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.StorageException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * How what one incarnation of an actor has begun at the store comes back to it: on its own thread, and to no other
 * incarnation, also not to one that has its address.
 */
final class StoreEnds {
    private final ActorRef actor;
    private final GroupStore store;
    private final LongSupplier nanoClock;
    private final Consumer<String> end;

    /** Something has ended: the actor hands it to {@link #take}. */
    record Ended(StoreEnds of, Runnable then) {}

    /**
     * Of one incarnation.
     *
     * @param end has the actor end, because nobody knows what the disk has; told why
     */
    StoreEnds(ActorRef actor, GroupStore store, LongSupplier nanoClock, Consumer<String> end) {
        this.actor = actor;
        this.store = store;
        this.nanoClock = nanoClock;
        this.end = end;
    }

    /** To be called on any thread, and done on the actor's. */
    Runnable ended(Runnable then) {
        return () -> actor.tell(new Ended(this, then), actor);
    }

    /** On the actor's thread: does what is due, unless it was begun by another incarnation. */
    void take(Ended ended) {
        if (ended.of() == this) {
            ended.then().run();
        }
    }

    /** Does a step of taking a state in; a failure after which nobody knows what the disk has ends the actor. */
    void install(InstallStep step, InstallStep.Ended ended) {
        step.run(store, failure -> ended(() -> stepped(ended, failure)).run());
    }

    private void stepped(InstallStep.Ended ended, @Nullable StorageException failure) {
        if (failure != null && failure.attempted()) {
            end.accept("a state could not be taken: " + failure.getMessage());
        } else {
            ended.ended(failure, nanoClock.getAsLong());
        }
    }
}
