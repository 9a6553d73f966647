package io.quorate.ring.epoch;

import java.util.function.Consumer;

/**
 * Where a node learns of the ring. Today its configuration ({@link StaticRing}); the consistent core takes this place
 * when ownership can change.
 */
public interface RingSource {
    /** The newest ring this node knows of. Safe from any thread. */
    RingState current();

    /** Calls {@code listener} with every later ring, in order of epochs, from the source's own thread. */
    void onChange(Consumer<RingState> listener);
}
