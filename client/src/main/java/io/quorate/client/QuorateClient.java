package io.quorate.client;

import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.metrics.ClientMetrics;
import io.quorate.ring.bytes.Bytes;

/**
 * The store as a program sees it. Make one per cluster with {@link QuorateClients} and share it: it and everything it
 * gives out may be used by many threads.
 *
 * <p>Every call ends by its deadline and fails with a {@link io.quorate.client.error.QuorateException} only.
 */
public interface QuorateClient extends AutoCloseable {
    /**
     * A bucket by name; asks nobody whether it exists.
     *
     * @param name 1 to 64 of {@code a-z 0-9 . _ -}, first a letter or digit
     * @throws RequestRefusedException if the name cannot be a bucket's
     */
    Bucket bucket(String name);

    /** Makes, lists and deletes buckets. */
    Buckets buckets();

    /** The ring as the node asked sees it: the JSON of {@code GET /v1/ring}. */
    String ring();

    /** What every replica holds of a key, and nothing is repaired: the JSON of the contract's {@code explain}. */
    String explain(String bucket, Bytes key);

    /** As {@link #explain(String, Bytes)}, with the key in UTF-8. */
    default String explain(String bucket, String key) {
        return explain(bucket, Bytes.ofUtf8(key));
    }

    /** What this client has done so far, and how it sees the nodes. */
    ClientMetrics metrics();

    /** Calls from now on fail as not applied; those in flight end by their deadlines. */
    @Override
    void close();
}
