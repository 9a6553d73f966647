package io.quorate.ring.version;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The binary form of clocks, contexts and objects, shared by disk records, messages and client tokens. All dots of one
 * encoded thing belong to one partition, which its frame names and this codec is told.
 */
public final class VersionCodec {
    /** Actors in one vector or clock: bounds a context to well under 1 MiB; in practice there are a few. */
    public static final int ACTORS_MAX = 4096;

    public static final int DOTS_MAX = 65_536;
    public static final int VERSIONS_MAX = 4096;
    public static final int VALUE_MAX = 64 << 20;
    public static final int CONTENT_TYPE_MAX = 256;
    public static final int REQUEST_ID_MAX = 64;

    private VersionCodec() {}

    public static void writeContext(ByteSink out, CausalContext context) {
        Nodes nodes = new Nodes();
        VersionVector vector = context.vector();
        vector.forEach((actor, counter) -> nodes.add(actor.node()));
        context.dots().forEach(dot -> nodes.add(dot.actor().node()));
        nodes.write(out);
        out.varint(vector.size());
        vector.forEach((actor, counter) -> {
            out.varint(nodes.indexOf(actor.node()));
            out.u64(actor.incarnation()).varint(counter);
        });
        out.varint(context.dots().size());
        for (Dot dot : context.dots()) {
            out.varint(nodes.indexOf(dot.actor().node()));
            out.u64(dot.actor().incarnation()).varint(dot.counter());
        }
        out.varint(context.time().packed());
    }

    public static CausalContext readContext(ByteSource in, int partition) {
        CausalContext context = readOldContext(in, partition);
        return context.atLeast(readTime(in));
    }

    /** Reads a context of the format before hybrid times. */
    public static CausalContext readOldContext(ByteSource in, int partition) {
        List<NodeId> nodes = Nodes.read(in);
        int size = in.count(ACTORS_MAX, 10);
        ActorId[] actors = new ActorId[size];
        long[] counters = new long[size];
        for (int i = 0; i < size; i++) {
            actors[i] = readActor(in, nodes, partition);
            counters[i] = readCounter(in);
        }
        VersionVector vector = VersionVector.ofSorted(actors, counters).orElseGet(() -> sorted(actors, counters));
        int count = in.count(DOTS_MAX, 10);
        if (count == 0) {
            return CausalContext.of(vector);
        }
        List<Dot> dots = new ArrayList<>(count);
        boolean sorted = true;
        for (int i = 0; i < count; i++) {
            ActorId actor = readActor(in, nodes, partition);
            Dot before = i == 0 ? null : dots.get(i - 1);
            // Neighbours share their actor, and so are soon compared.
            Dot dot = new Dot(before != null && before.actor().equals(actor) ? before.actor() : actor, readCounter(in));
            sorted &= before == null || before.compareTo(dot) <= 0;
            dots.add(dot);
        }
        return sorted ? CausalContext.ofSorted(vector, dots, HybridTime.NONE) : CausalContext.of(vector, dots);
    }

    /** A vector that was not written in order, as ours always are. */
    private static VersionVector sorted(ActorId[] actors, long[] counters) {
        Map<ActorId, Long> entries = new TreeMap<>();
        for (int i = 0; i < actors.length; i++) {
            if (entries.put(actors[i], counters[i]) != null) {
                throw new DecodeException("actor twice in a vector");
            }
        }
        return VersionVector.of(entries);
    }

    public static HybridTime readTime(ByteSource in) {
        long packed = in.varint();
        if (packed < 0) {
            throw new DecodeException("hybrid time " + packed);
        }
        return new HybridTime(packed);
    }

    private static ActorId readActor(ByteSource in, List<NodeId> nodes, int partition) {
        int index = in.count(ACTORS_MAX);
        if (index >= nodes.size()) {
            throw new DecodeException("node " + index + " of " + nodes.size());
        }
        return new ActorId(nodes.get(index), partition, in.u64());
    }

    private static long readCounter(ByteSource in) {
        long counter = in.varint();
        if (counter < 1) {
            throw new DecodeException("counter " + counter);
        }
        return counter;
    }

    public static void writeDot(ByteSink out, Dot dot) {
        out.text(dot.actor().node().value());
        out.u64(dot.actor().incarnation()).varint(dot.counter());
    }

    public static Dot readDot(ByteSource in, int partition) {
        return new Dot(new ActorId(readNode(in), partition, in.u64()), readCounter(in));
    }

    public static NodeId readNode(ByteSource in) {
        String text = in.text(NodeId.MAX_LENGTH);
        try {
            return NodeId.of(text);
        } catch (IllegalArgumentException e) {
            throw new DecodeException("not a node id", e);
        }
    }

    public static void writeState(ByteSink out, KeyState state) {
        out.varint(state.versions().size());
        for (Version version : state.versions()) {
            writeDot(out, version.dot());
            out.text(version.contentType());
            out.u64(version.writtenMillis());
            out.bytes(version.requestId());
            out.bytes(version.value());
            out.varint(version.stamp().packed());
        }
        writeContext(out, state.context());
    }

    public static KeyState readState(ByteSource in, int partition) {
        return readState(in, partition, true);
    }

    /** Reads a state of the format before hybrid times. */
    public static KeyState readOldState(ByteSource in, int partition) {
        return readState(in, partition, false);
    }

    private static KeyState readState(ByteSource in, int partition, boolean stamped) {
        int count = in.count(VERSIONS_MAX, 13);
        List<Version> versions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Dot dot = readDot(in, partition);
            String contentType = in.text(CONTENT_TYPE_MAX);
            long written = in.u64();
            var requestId = in.bytes(REQUEST_ID_MAX);
            var value = in.bytes(VALUE_MAX);
            HybridTime stamp = stamped ? readTime(in) : HybridTime.NONE;
            versions.add(new Version(dot, value, contentType, written, requestId, stamp));
        }
        return KeyState.of(versions, stamped ? readContext(in, partition) : readOldContext(in, partition));
    }

    public static void writeObject(ByteSink out, VersionedObject object) {
        writeState(out, object.state());
        out.varint(object.applied().size());
        object.applied().forEach(dot -> writeDot(out, dot));
    }

    public static VersionedObject readObject(ByteSource in, int partition) {
        KeyState state = readState(in, partition);
        int count = in.count(DOTS_MAX, 10);
        ImmutableList.Builder<Dot> applied = ImmutableList.builder();
        for (int i = 0; i < count; i++) {
            applied.add(readDot(in, partition));
        }
        return new VersionedObject(state, applied.build());
    }

    public static void writeClock(ByteSink out, PartitionClock clock) {
        Nodes nodes = new Nodes();
        int[] ranges = {0};
        clock.forEachRange((actor, from, to) -> {
            nodes.add(actor.node());
            ranges[0]++;
        });
        nodes.write(out);
        out.varint(ranges[0]);
        clock.forEachRange((actor, from, to) -> {
            out.varint(nodes.indexOf(actor.node()));
            out.u64(actor.incarnation()).varint(from).varint(to - from);
        });
        out.varint(clock.time().packed());
    }

    public static PartitionClock readClock(ByteSource in, int partition) {
        List<NodeId> nodes = Nodes.read(in);
        int count = in.count(Integer.MAX_VALUE, 11);
        PartitionClock clock = new PartitionClock();
        for (int i = 0; i < count; i++) {
            ActorId actor = readActor(in, nodes, partition);
            long from = readCounter(in);
            long length = in.varint();
            if (length < 0 || length > Long.MAX_VALUE - from) {
                throw new DecodeException("range from " + from + " of length " + length);
            }
            clock.addRange(actor, from, from + length);
        }
        clock.raiseTime(readTime(in));
        return clock;
    }

    /** The node names of one encoded thing, written once each. */
    private static final class Nodes {
        private static final int SCAN_MAX = 8;

        private final List<NodeId> names = new ArrayList<>(SCAN_MAX);
        /** Only for many; a few are found sooner one by one. */
        private final Map<NodeId, Integer> indexes = new HashMap<>();

        private void add(NodeId node) {
            if (indexOf(node) < 0) {
                names.add(node);
                if (names.size() > SCAN_MAX) {
                    for (int i = indexes.size(); i < names.size(); i++) {
                        indexes.put(names.get(i), i);
                    }
                }
            }
        }

        private int indexOf(NodeId node) {
            if (names.size() > SCAN_MAX) {
                return indexes.getOrDefault(node, -1);
            }
            for (int i = 0; i < names.size(); i++) {
                if (names.get(i).equals(node)) {
                    return i;
                }
            }
            return -1;
        }

        private void write(ByteSink out) {
            out.varint(names.size());
            for (int i = 0; i < names.size(); i++) {
                out.text(names.get(i).value());
            }
        }

        private static List<NodeId> read(ByteSource in) {
            int count = in.count(ACTORS_MAX, 2);
            List<NodeId> nodes = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                nodes.add(readNode(in));
            }
            return nodes;
        }
    }
}
