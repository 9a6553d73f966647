package io.quorate.node.protocol.replica;

import io.quorate.node.protocol.store.RecordKey;
import java.util.List;
import java.util.Map;

/**
 * The keys of a leaf.
 *
 * @param digests of the live dots of each key that has versions
 * @param bare keys without versions, of which a context is kept
 * @param unreadable keys whose records cannot be read
 * @param proved whether what is not listed is known to be deleted (condition C9)
 */
public record LeafListing(
        Map<RecordKey, Long> digests, List<RecordKey> bare, List<RecordKey> unreadable, boolean proved) {}
