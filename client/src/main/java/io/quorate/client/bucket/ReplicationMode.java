package io.quorate.client.bucket;

import java.util.Locale;

/** How the writes of a bucket reach its replicas. Fixed for a bucket's life. */
public enum ReplicationMode {
    /** Any replica takes a write; what was written concurrently is kept as siblings. */
    LEADERLESS,
    /** One replica per partition orders all writes. */
    LEADER;

    /** The word of the contract. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
