package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.Dot;

/** Told of versions that come into this replica while it is compared with another. */
public interface Watcher {
    void accepted(RecordKey key, Dot dot);
}
