package io.quorate.bench.chaos;

import io.quorate.bench.local.Ports;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** Where the processes of a cluster find each other, and how they are cut off. Nodes are counted from 0. */
public interface Network extends AutoCloseable {
    String host(int node);

    int systemPort(int node);

    int peerPort(int node);

    URI url(int node);

    /** What a command has to begin with to run where a node is. */
    List<String> prefix(int node);

    /** Whether it has cables that can be pulled. */
    boolean isReal();

    /** Nothing passes to or from a node any more, and nobody is told. */
    void unplug(int node) throws IOException, InterruptedException;

    void plugIn(int node) throws IOException, InterruptedException;

    @Override
    void close();

    /** All on 127.0.0.1, by ports. */
    static Network loopback() throws IOException {
        List<Integer> ports = Ports.free(3);
        return new Network() {
            @Override
            public String host(int node) {
                return "127.0.0.1";
            }

            @Override
            public int systemPort(int node) {
                return ports.get(0) + node;
            }

            @Override
            public int peerPort(int node) {
                return ports.get(1) + node;
            }

            @Override
            public URI url(int node) {
                return URI.create("http://127.0.0.1:" + (ports.get(2) + node));
            }

            @Override
            public List<String> prefix(int node) {
                return List.of();
            }

            @Override
            public boolean isReal() {
                return false;
            }

            @Override
            public void unplug(int node) {
                throw new IllegalStateException("there is no cable");
            }

            @Override
            public void plugIn(int node) {
                throw new IllegalStateException("there is no cable");
            }

            @Override
            public void close() {
                // Nothing was made.
            }
        };
    }
}
