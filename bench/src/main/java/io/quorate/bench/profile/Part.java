package io.quorate.bench.profile;

/** The parts of a node among which its time is divided. */
enum Part {
    VERSIONS("versions, clocks and replica"),
    COORDINATORS("coordinators and shard"),
    HTTP("HTTP (Jetty, routes, rendering)"),
    STORAGE("storage (RocksDB, records, batches)"),
    TRANSPORT("transport and actors"),
    CODEC("message codec"),
    METRICS("metrics"),
    CLIENT("Java client and in-process calls"),
    LOAD("load generator"),
    OTHER("other");

    private final String text;

    Part(String text) {
        this.text = text;
    }

    /** The name in tables. */
    String text() {
        return text;
    }
}
