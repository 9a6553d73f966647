package io.quorate.node.transport;

import io.quorate.node.fixture.Ports;
import io.quorate.node.serial.FrameCodec;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Nodes n1 and n2 that have nothing but a transport each, and what came to them. */
public abstract class Rig implements AutoCloseable {
    public static final NodeId N1 = NodeId.of("n1");
    public static final NodeId N2 = NodeId.of("n2");

    protected final FaultBoard faults = new FaultBoard();
    protected final Membership membership;

    protected Rig() {
        this(Ports.free(4));
    }

    protected Rig(int ports) {
        this.membership = new Membership(List.of(member(N1, ports, ports + 2), member(N2, ports + 1, ports + 3)));
    }

    protected static Member member(NodeId id, int port, int peerPort) {
        return new Member(id, "dc1", "z-" + id, 1, "http://127.0.0.1:1", "127.0.0.1", port, peerPort);
    }

    /** One frame that came. */
    public record Came(NodeId from, Lane lane, long number, int length) {}

    /** A running transport and what it has let through. */
    public abstract static class Node implements AutoCloseable {
        private final List<Came> came = new CopyOnWriteArrayList<>();

        public abstract Transport transport();

        @Override
        public abstract void close();

        protected final void take(NodeId from, Lane lane, byte[] frame) {
            if (transport().admit(from) >= 0) {
                came.add(new Came(from, lane, numberOf(frame), frame.length));
            }
        }

        public final List<Long> numbers(Lane lane) {
            List<Long> numbers = new ArrayList<>();
            came.forEach(one -> {
                if (one.lane() == lane) {
                    numbers.add(one.number());
                }
            });
            return numbers;
        }

        public final List<Came> came() {
            return came;
        }
    }

    /** Starts the transport of a node. */
    public abstract Node start(NodeId id);

    public final FaultBoard faults() {
        return faults;
    }

    /** A frame with a number and so many bytes after it. */
    public static byte[] frame(long number, int padding) {
        ByteSink out = new ByteSink(64 + padding);
        FrameCodec.begin(out, FrameCodec.DATA, new FrameCodec.Stamp(1, 1))
                .u64(number)
                .raw(new byte[padding], 0, padding);
        return FrameCodec.seal(out);
    }

    public static byte[] frame(long number) {
        return frame(number, 0);
    }

    private static long numberOf(byte[] frame) {
        ByteSource body = FrameCodec.open(frame).body();
        return body.u64();
    }

    @Override
    public void close() {}
}
