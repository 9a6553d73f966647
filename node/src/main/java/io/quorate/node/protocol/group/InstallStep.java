package io.quorate.node.protocol.group;

import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.StorageException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A step of taking a state in, to be given to the store. */
public interface InstallStep {
    /** Begins it; {@code ended} is told on any thread. */
    void run(GroupStore store, Consumer<@Nullable StorageException> ended);

    /** Hears of the end of a step, like of any other input. */
    interface Ended {
        void ended(@Nullable StorageException failure, long now);
    }
}
