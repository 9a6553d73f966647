package io.quorate.bench.chaos;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;

/** A cluster of real nodes to which things can be done. Nodes are counted from 0. Not for several threads. */
public interface Victims extends AutoCloseable {
    /** What can be done to a node of this cluster. */
    Set<Fault> possible(int node);

    /** Does it. */
    void begin(Fault fault, int node) throws IOException, InterruptedException;

    /** Undoes it; the node may need a while to be itself again. */
    void end(Fault fault, int node) throws IOException, InterruptedException;

    /** Kills all nodes at once, as when the power goes. */
    void killAll() throws IOException, InterruptedException;

    /** Starts them again; they may need a while to be themselves again. */
    void startAll() throws IOException, InterruptedException;

    /** Where clients find the nodes. */
    List<URI> urls();

    @Override
    void close();
}
