package io.quorate.bench.contrast;

import io.quorate.client.QuorateClient;
import java.util.List;

/**
 * A bucket as the clients of a run use it, and everything they were told of it. Values tell the number of their write within
 * its key, so that it is known of each answer what it shows. Failed calls throw a
 * {@link io.quorate.client.error.QuorateException}. For several threads, each with a client number of its own.
 */
interface Store {
    /** Writes a key and returns when that is acknowledged. */
    void write(QuorateClient node, int client, int key);

    Seen read(QuorateClient node, int client, int key);

    /** Reads a key when everything is over, as its replicas agree on it. */
    Last last(QuorateClient node, int key);

    /** Holds the whole history against what the mode promises. */
    Check check();

    /**
     * What a read has shown.
     *
     * @param versions how many the key has
     * @param stale a write that was acknowledged before the read began is neither shown nor replaced by what is shown
     */
    record Seen(int versions, boolean stale) {}

    /**
     * What is there in the end.
     *
     * @param acknowledged writes of the key
     * @param missing those of them that are neither there nor replaced by what is there
     */
    record Last(int versions, long acknowledged, long missing) {}

    /**
     * What came of a check.
     *
     * @param text what was checked, in words
     * @param wrong what does not fit; empty if all does
     */
    record Check(String text, List<String> wrong) {
        public Check {
            wrong = List.copyOf(wrong);
        }
    }
}
