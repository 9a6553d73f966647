package io.quorate.bench.contrast;

/** A part of a run, in the order of the run. */
enum Phase {
    HEALTHY("healthy"),
    DOWN("a node killed"),
    BACK("it is back"),
    CUT("a zone cut off"),
    HEALED("healed");

    private final String text;

    Phase(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** Whether something is broken. */
    boolean isOutage() {
        return this == DOWN || this == CUT;
    }
}
