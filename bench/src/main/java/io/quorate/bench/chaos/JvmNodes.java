package io.quorate.bench.chaos;

import io.quorate.bench.local.Ports;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.http.FaultControl.Action;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Nodes embedded in this process. */
final class JvmNodes implements Victims {
    private static final int SLOW_MILLIS = 200;

    private final DemoCluster cluster;
    private final List<NodeId> ids;
    private final @Nullable SmallDisk smallDisk;

    private JvmNodes(DemoCluster cluster, @Nullable SmallDisk smallDisk) {
        this.cluster = cluster;
        this.ids = List.copyOf(cluster.nodes());
        this.smallDisk = smallDisk;
    }

    /** Starts them; the last one on a small disk where this process may mount one. */
    static JvmNodes start(int nodes, Path data) throws IOException, InterruptedException {
        SmallDisk disk = SmallDisk.mount(data.resolve("n" + nodes));
        try {
            List<Integer> ports = Ports.free(3);
            return new JvmNodes(
                    DemoCluster.start(DemoCluster.Settings.of(data)
                            .withNodes(nodes)
                            .withPorts(ports.get(0), ports.get(1), ports.get(2))),
                    disk);
        } catch (IOException | RuntimeException e) {
            if (disk != null) {
                disk.unmount();
            }
            throw e;
        }
    }

    private boolean hasSmallDisk(int node) {
        return smallDisk != null && node == ids.size() - 1;
    }

    @Override
    public Set<Fault> possible(int node) {
        EnumSet<Fault> possible =
                EnumSet.of(Fault.STOP, Fault.KILL, Fault.ISOLATE, Fault.ONE_WAY_CUT, Fault.SLOW, Fault.WIPE);
        if (hasSmallDisk(node)) {
            possible.remove(Fault.WIPE);
            possible.add(Fault.FULL_DISK);
        }
        return possible;
    }

    @Override
    public void begin(Fault fault, int node) throws IOException {
        NodeId id = ids.get(node);
        switch (fault) {
            case STOP -> act(Action.STOP, id);
            case KILL, WIPE -> act(Action.KILL, id);
            case ISOLATE -> cluster.board().isolate(Set.of(id));
            case ONE_WAY_CUT -> cluster.board().cut(Set.of(id), Set.copyOf(ids), false);
            case SLOW -> cluster.board().delay(id, SLOW_MILLIS);
            case FULL_DISK -> disk(fault).fill();
            case FREEZE, UNPLUG -> throw impossible(fault);
        }
    }

    @Override
    public void end(Fault fault, int node) throws IOException {
        NodeId id = ids.get(node);
        switch (fault) {
            case STOP, KILL -> act(Action.START, id);
            case WIPE -> act(Action.WIPE, id);
            case ISOLATE, ONE_WAY_CUT, SLOW -> cluster.board().clear();
            case FULL_DISK -> disk(fault).free();
            case FREEZE, UNPLUG -> throw impossible(fault);
        }
    }

    private SmallDisk disk(Fault fault) {
        SmallDisk disk = smallDisk;
        if (disk == null) {
            throw impossible(fault);
        }
        return disk;
    }

    private static IllegalArgumentException impossible(Fault fault) {
        return new IllegalArgumentException(fault + " cannot be done to nodes of one process");
    }

    private void act(Action action, NodeId id) throws IOException {
        try {
            cluster.act(action, id).toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new IOException(action + " of " + id + ": " + e.getCause(), e);
        }
    }

    @Override
    public void killAll() throws IOException {
        for (NodeId id : ids) {
            act(Action.KILL, id);
        }
    }

    @Override
    public void startAll() throws IOException {
        for (NodeId id : ids) {
            act(Action.START, id);
        }
    }

    @Override
    public List<URI> urls() {
        return cluster.urls().stream().map(URI::create).toList();
    }

    @Override
    public void close() {
        cluster.close();
        SmallDisk disk = smallDisk;
        if (disk != null) {
            try {
                disk.unmount();
            } catch (IOException e) {
                System.err.println("quorate: the small disk stays mounted: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
