package io.quorate.bench.load;

/** Shows how far a run is. Called by one thread. */
interface Progress {
    /** A phase begins, which goes from 0 to a total. */
    void begin(String phase, long total, String unit);

    /** How far the phase is, with a word on the side. */
    void at(long done, String extra);

    /** The phase is over. */
    void end();

    /** A line worth reading, whatever is shown else. */
    void note(String line);
}
