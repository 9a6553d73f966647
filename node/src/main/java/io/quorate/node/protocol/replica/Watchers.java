package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.util.ArrayList;
import java.util.List;

/** Those who are told of versions that come into a replica. */
public final class Watchers {
    private final List<Watcher> watchers = new ArrayList<>();

    public void add(Watcher watcher) {
        watchers.add(watcher);
    }

    public void remove(Watcher watcher) {
        watchers.remove(watcher);
    }

    void accepted(RecordKey key, KeyState before, KeyState after) {
        if (watchers.isEmpty()) {
            return;
        }
        for (Version version : after.versions()) {
            if (!before.has(version.dot())) {
                watchers.forEach(watcher -> watcher.accepted(key, version.dot()));
            }
        }
    }
}
