package io.quorate.bench.chaos;

/** What is done to one node for a while. */
public enum Fault {
    STOP("is stopped"),
    KILL("is killed"),
    FREEZE("is frozen"),
    ISOLATE("hears nobody and is heard by nobody"),
    ONE_WAY_CUT("is heard by nobody"),
    SLOW("is 200 ms away"),
    FULL_DISK("has a full disk"),
    WIPE("is killed and loses its data"),
    UNPLUG("has its network cable pulled");

    private final String text;

    Fault(String text) {
        this.text = text;
    }

    /** What has become of the node, to follow its name. */
    String text() {
        return text;
    }

    /** Whether what the node's disk had is gone. */
    boolean losesData() {
        return this == WIPE;
    }

    /** Whether it acts on links that all nodes share, so that two such at once would end together. */
    boolean isOfLinks() {
        return this == ISOLATE || this == ONE_WAY_CUT || this == SLOW;
    }
}
