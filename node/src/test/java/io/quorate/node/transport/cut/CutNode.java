package io.quorate.node.transport.cut;

import io.quorate.node.actor.Systems;
import io.quorate.node.serial.FrameCodec;
import io.quorate.node.transport.ArteryTransport;
import io.quorate.node.transport.FaultBoard;
import io.quorate.node.transport.Frame;
import io.quorate.node.transport.Transport;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.Birth;
import io.quorate.node.transport.tcp.Discovery;
import io.quorate.node.transport.tcp.LinkEvents;
import io.quorate.node.transport.tcp.Names;
import io.quorate.node.transport.tcp.TcpSettings;
import io.quorate.node.transport.tcp.TcpTransport;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A process with nothing but a transport: it sends the time to each peer on each lane, ten times a second, and prints a line
 * for each frame that comes, {@code from lane sent received}, in nanoseconds of the machine's clock. It ends when its input
 * does.
 */
public final class CutNode {
    private static final int PORT = 7000;
    private static final int PEER_PORT = 8000;
    private static final int EVERY_MILLIS = 100;

    private CutNode() {}

    /** Arguments: {@code tcp} or {@code artery}, the number of this node from 1, the addresses of all. */
    public static void main(String[] args) throws IOException {
        List<Member> members = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            NodeId id = NodeId.of("n" + (i - 1));
            members.add(new Member(id, "dc1", "z1", 1, "http://" + args[i], args[i], PORT, PEER_PORT));
        }
        Membership membership = new Membership(members);
        NodeId self = NodeId.of("n" + args[1]);
        Transport transport = args[0].equals("tcp") ? tcp(self, membership) : artery(self, membership);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        var unused = clock.scheduleAtFixedRate(
                () -> sendToAll(transport, self, membership), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        while (System.in.read() >= 0) {
            // Whatever is said: only the end matters.
            assert unused != null;
        }
        Runtime.getRuntime().halt(0);
    }

    private static void sendToAll(Transport transport, NodeId self, Membership membership) {
        for (NodeId peer : membership.ids()) {
            if (!peer.equals(self)) {
                for (Lane lane : Lane.values()) {
                    ByteSink out = new ByteSink();
                    FrameCodec.begin(out, FrameCodec.DATA, new FrameCodec.Stamp(1, 1))
                            .u64(System.nanoTime());
                    transport.send(peer, lane, FrameCodec.seal(out));
                }
            }
        }
    }

    private static void took(NodeId from, Lane lane, byte[] frame) {
        System.out.println(
                from + " " + lane + " " + FrameCodec.open(frame).body().u64() + " " + System.nanoTime());
    }

    private static Transport tcp(NodeId self, Membership membership) {
        TcpTransport transport = TcpTransport.bind(new TcpTransport.Surroundings(
                new Birth("cut", 1, 1),
                self,
                membership,
                null,
                TcpSettings.DEFAULT,
                new FaultBoard(),
                new Errors(),
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextLong(),
                work -> new Thread(work, "links"),
                Runnable::run,
                Discovery.NONE,
                Names.SYSTEM));
        for (Lane lane : Lane.values()) {
            transport.receive(lane, (from, frame) -> took(from, lane, frame));
        }
        transport.start();
        return transport;
    }

    private static Transport artery(NodeId self, Membership membership) {
        ActorSystem<Void> system = Systems.remote("cut", membership.get(self));
        for (Lane lane : Lane.values()) {
            var unused = system.systemActorOf(
                    Behaviors.receiveMessage((Frame frame) -> {
                        took(frame.from(), lane, frame.data().unsafeArray());
                        return Behaviors.same();
                    }),
                    Transport.actorName(self, lane),
                    Props.empty());
        }
        return new ArteryTransport(system, self, membership, new FaultBoard());
    }

    /** Tells on the error stream why connections end. */
    private static final class Errors implements LinkEvents {
        private final long begun = System.nanoTime();

        private void say(String what) {
            System.err.println((System.nanoTime() - begun) / 1_000_000 + " ms: " + what);
        }

        @Override
        public void opened(NodeId peer, Lane lane) {
            say(peer + " " + lane + " open");
        }

        @Override
        public void lost(NodeId peer, Lane lane, boolean refused, String reason) {
            say(peer + " " + lane + " lost: " + reason);
        }

        @Override
        public void dropped(NodeId peer, Lane lane, int frames) {
            say(peer + " " + lane + " dropped " + frames);
        }

        @Override
        public void refused(String message) {
            say(message);
        }

        @Override
        public void stranger(NodeId node) {
            say("stranger " + node);
        }
    }
}
