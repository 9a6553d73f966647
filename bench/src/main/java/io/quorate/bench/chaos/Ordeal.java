package io.quorate.bench.chaos;

import java.io.IOException;
import java.util.List;

/** What the nodes go through while clients go on. */
interface Ordeal {
    /**
     * Does it, and leaves all nodes running.
     *
     * @return what was found wrong on the way
     */
    List<String> go() throws IOException, InterruptedException;

    /** What was done, in one line. */
    String summary();
}
