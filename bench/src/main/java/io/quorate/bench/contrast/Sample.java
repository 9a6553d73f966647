package io.quorate.bench.contrast;

/**
 * One request as its client knows it. Times are seconds since the run of its mode began.
 *
 * @param away whether its client is on the side that is cut off
 * @param failure the code of its error; empty if it was answered
 * @param versions that a read has shown; 0 for a write
 * @param stale see {@link Store.Seen}
 */
record Sample(
        double from,
        double to,
        boolean write,
        boolean away,
        int partition,
        String failure,
        int versions,
        boolean stale) {

    boolean isAnswered() {
        return failure.isEmpty();
    }

    boolean isAcknowledgedWrite() {
        return write && isAnswered();
    }

    double millis() {
        return (to - from) * 1e3;
    }
}
