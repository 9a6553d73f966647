package io.quorate.bench.contrast;

/** A way of replication, by a bucket that uses it. */
enum Mode {
    LEADERLESS("leaderless", "{\"mode\":\"leaderless\"}", "writes QUORUM, reads QUORUM, sloppy"),
    LEADER("leader", "{\"mode\":\"leader\"}", "writes SEMI_SYNC, reads LINEARIZABLE");

    private final String text;
    private final String definition;
    private final String levels;

    Mode(String text, String definition, String levels) {
        this.text = text;
        this.definition = definition;
        this.levels = levels;
    }

    /** As people call it. */
    String text() {
        return text;
    }

    /** The bucket's name. */
    String bucket() {
        return "contrast-" + text;
    }

    /** What the bucket is made with: JSON. */
    String definition() {
        return definition;
    }

    /** What its clients ask for. */
    String levels() {
        return levels;
    }
}
