package io.quorate.bench.load;

/**
 * The keys that one client writes: those whose index leaves the client's number when divided by the number of clients.
 * No two clients write the same key, so that siblings in a report come from the store and not from the load.
 */
record KeyShare(int client, int clients, int keys) {
    /** How many keys the client writes. */
    int size() {
        return client >= keys ? 0 : (keys - client - 1) / clients + 1;
    }

    /** The index of the share's key at a place from 0 to size - 1. */
    int keyAt(int place) {
        return client + place * clients;
    }

    boolean contains(int key) {
        return key % clients == client;
    }
}
