package io.quorate.node.transport.tcp;

import com.sun.management.OperatingSystemMXBean;
import io.quorate.node.actor.Systems;
import io.quorate.node.fixture.Ports;
import io.quorate.node.transport.ArteryTransport;
import io.quorate.node.transport.FaultBoard;
import io.quorate.node.transport.Frame;
import io.quorate.node.transport.Rig;
import io.quorate.node.transport.Transport;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.awaitility.Awaitility;

/**
 * What a round trip of a frame of 1 KiB costs, from actor to actor and back: two nodes in this process send to each other, a
 * number of frames in flight. Arguments: {@code tcp} or {@code artery}, frames in flight, seconds to warm up, seconds.
 */
public final class TransportCost {
    private static final int PADDING = 1_000;
    private static final int WARM_UP = 128;

    private final String kind;
    private final Membership membership;
    private final AtomicLong trips = new AtomicLong();
    /** Frames to be taken out of the round. */
    private final AtomicInteger surplus = new AtomicInteger();

    private TransportCost(String kind) {
        int ports = Ports.free(4);
        this.kind = kind;
        this.membership = new Membership(List.of(member(Rig.N1, ports), member(Rig.N2, ports + 2)));
    }

    private static Member member(NodeId id, int port) {
        return new Member(id, "dc1", "z1", 1, "http://127.0.0.1:1", "127.0.0.1", port, port + 1);
    }

    public static void main(String[] args) {
        TransportCost cost = new TransportCost(args[0]);
        int inFlight = Integer.parseInt(args[1]);
        Transport one = cost.node(Rig.N1, Rig.N2);
        Transport two = cost.node(Rig.N2, Rig.N1);
        Awaitility.await("a first round trip").until(() -> {
            one.send(Rig.N2, Lane.CONTROL, Rig.frame(1));
            two.send(Rig.N1, Lane.CONTROL, Rig.frame(1));
            return cost.trips.get() > 0;
        });
        // Many warm up sooner than one.
        for (int i = 0; i < Math.max(WARM_UP, inFlight); i++) {
            one.send(Rig.N2, Lane.DATA, Rig.frame(i, PADDING));
        }
        cost.measure(Integer.parseInt(args[2]));
        cost.surplus.set(Math.max(0, WARM_UP - inFlight));
        Awaitility.await("fewer frames").until(() -> cost.surplus.get() <= 0);
        System.out.println(args[0] + ", " + inFlight + " in flight: " + cost.measure(Integer.parseInt(args[3])));
        Runtime.getRuntime().halt(0);
    }

    private String measure(int seconds) {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        long before = trips.get();
        Awaitility.await("the time to pass")
                .pollDelay(seconds, TimeUnit.SECONDS)
                .atMost(seconds + 10L, TimeUnit.SECONDS)
                .until(() -> true);
        long done = trips.get() - before;
        return String.format(
                Locale.ROOT,
                "%.1f us of CPU a round trip, %d round trips a second",
                (system.getProcessCpuTime() - cpu) / 1e3 / Math.max(1, done),
                done / seconds);
    }

    /** Sends every frame of the data lane back; those of the control lane only find out whether there is a connection. */
    private Transport node(NodeId self, NodeId peer) {
        ActorSystem<Void> system = Systems.remote("cost", membership.get(self));
        Transport transport =
                kind.equals("tcp") ? tcp(self) : new ArteryTransport(system, self, membership, new FaultBoard());
        for (Lane lane : Lane.values()) {
            ActorRef<Frame> actor = system.systemActorOf(
                    Behaviors.receiveMessage((Frame frame) -> {
                        if (self.equals(Rig.N1)) {
                            trips.incrementAndGet();
                        }
                        if (lane == Lane.DATA && (surplus.get() <= 0 || surplus.getAndDecrement() <= 0)) {
                            transport.send(peer, lane, frame.data().unsafeArray());
                        }
                        return Behaviors.same();
                    }),
                    Transport.actorName(self, lane),
                    Props.empty());
            if (transport instanceof TcpTransport tcp) {
                tcp.receive(lane, (from, frame) -> actor.tell(new Frame(from, Bytes.wrap(frame))));
            }
        }
        if (transport instanceof TcpTransport tcp) {
            tcp.start();
        }
        return transport;
    }

    private TcpTransport tcp(NodeId self) {
        return TcpTransport.bind(new TcpTransport.Surroundings(
                new Birth("cost", 1, 1),
                self,
                membership,
                null,
                TcpSettings.DEFAULT,
                new FaultBoard(),
                new TcpRig.Told(),
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextLong(),
                work -> new Thread(work, "links-" + self),
                Runnable::run,
                Discovery.NONE,
                Names.SYSTEM));
    }
}
