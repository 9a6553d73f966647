package io.quorate.node.protocol.antientropy;

import io.quorate.node.protocol.store.StorageException;
import org.jspecify.annotations.Nullable;

/** The end of a commit. */
public interface Durable {
    void done(@Nullable StorageException failure, long now);
}
