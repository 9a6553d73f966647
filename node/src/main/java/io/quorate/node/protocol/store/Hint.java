package io.quorate.node.protocol.store;

import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.VersionedObject;

/**
 * Writes of one key, merged, kept for a home that could not take them. It is sealed: whoever keeps it adds nothing of what
 * his own clocks know (rule E7).
 *
 * @param target the home it is for
 * @param counted whether an acknowledged level may rest on it, so that it is data like any other
 * @param createdMillis wall clock, of the oldest write in it
 * @param revision rises with every change of any hint of this node: a delivery ends the revision that was delivered and
 *     nothing that was added since
 * @param since the revision of the oldest write in it
 */
public record Hint(
        NodeId target,
        RecordKey key,
        VersionedObject object,
        boolean counted,
        long createdMillis,
        long revision,
        long since) {
    /** Bytes that it weighs, near enough. */
    public long bytes() {
        long bytes = 64L + key.key().length();
        for (var version : object.state().versions()) {
            bytes += 64L + version.value().length();
        }
        return bytes;
    }
}
