package io.quorate.node.transport.tcp;

import io.quorate.node.transport.Rig;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Nodes over {@link TcpTransport}, and what their transports have told. */
final class TcpRig extends Rig {
    /** Short times, so that tests need not wait. */
    static final TcpSettings QUICK = new TcpSettings(1, 1 << 20, 1 << 20, 500, 400, 400, 10, 50, 8);

    static final int PARTITIONS = 64;
    static final int REPLICAS = 2;

    TcpSettings settings = TcpSettings.DEFAULT;
    String cluster = "contract";
    int partitions = PARTITIONS;
    int replicas = REPLICAS;
    Discovery discovery = Discovery.NONE;
    Names names = Names.SYSTEM;
    /** Runs look-ups. */
    Executor lookUps = Runnable::run;

    @Nullable
    String bindHost;

    int peerPort(NodeId id) {
        return membership.get(id).peerPort();
    }

    @Override
    public TcpNode start(NodeId id) {
        return start(id, membership);
    }

    /** Starts a node that believes that n2 listens somewhere else. */
    TcpNode startN1With(int portOfN2) {
        Member n2 = membership.get(N2);
        return start(N1, new Membership(List.of(membership.get(N1), member(N2, n2.port(), portOfN2))));
    }

    TcpNode start(NodeId id, Membership members) {
        return new TcpNode(id, members);
    }

    /** What a transport has told of itself. */
    static final class Told implements LinkEvents {
        final List<String> refused = new CopyOnWriteArrayList<>();
        final List<String> lost = new CopyOnWriteArrayList<>();
        final List<String> found = new CopyOnWriteArrayList<>();
        final List<NodeId> misled = new CopyOnWriteArrayList<>();
        final List<NodeId> strangers = new CopyOnWriteArrayList<>();
        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger dropped = new AtomicInteger();

        @Override
        public void opened(NodeId peer, Lane lane) {
            opened.incrementAndGet();
        }

        @Override
        public void lost(NodeId peer, Lane lane, boolean refused, String reason) {
            lost.add(lane + ": " + reason);
        }

        @Override
        public void dropped(NodeId peer, Lane lane, int frames) {
            dropped.addAndGet(frames);
        }

        @Override
        public void refused(String message) {
            refused.add(message);
        }

        @Override
        public void found(NodeId peer, InetSocketAddress address) {
            found.add(peer + "@" + Inbound.text(address));
        }

        @Override
        public void misled(NodeId peer) {
            misled.add(peer);
        }

        @Override
        public void stranger(NodeId node) {
            strangers.add(node);
        }
    }

    final class TcpNode extends Node {
        final Told told = new Told();
        private final TcpTransport transport;

        private TcpNode(NodeId id, Membership members) {
            transport = TcpTransport.bind(new TcpTransport.Surroundings(
                    new Birth(cluster, partitions, replicas),
                    id,
                    members,
                    bindHost,
                    settings,
                    faults,
                    told,
                    System::nanoTime,
                    () -> ThreadLocalRandom.current().nextLong(),
                    work -> {
                        Thread thread = new Thread(work, "links-" + id);
                        thread.setDaemon(true);
                        return thread;
                    },
                    lookUps,
                    discovery,
                    names));
            for (Lane lane : Lane.values()) {
                transport.receive(lane, (from, frame) -> take(from, lane, frame));
            }
            transport.start();
        }

        @Override
        public TcpTransport transport() {
            return transport;
        }

        @Override
        public void close() {
            transport.close();
        }
    }
}
