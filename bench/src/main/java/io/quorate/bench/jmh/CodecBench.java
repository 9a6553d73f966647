package io.quorate.bench.jmh;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.serial.FrameCodec;
import io.quorate.node.serial.Inbox;
import io.quorate.node.serial.MessageCodec;
import io.quorate.node.serial.Outbox;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionCodec;
import io.quorate.ring.version.VersionedObject;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** States, clocks and messages as bytes and back, with values of 1 KiB. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBench {
    private static final long SEEN = 1_000_000;
    private static final int FRAME_MESSAGES = 16;

    /** How many siblings the state has. */
    @Param({"1", "10"})
    public int siblings;

    private final ByteSink out = new ByteSink(1 << 14);
    private final Inbox<PeerMessage.Data> inbox = Inbox.ofData();
    private byte[] frame = {};
    private final Outbox outbox =
            new Outbox(ready -> frame = ready, 1, () -> new FrameCodec.Stamp(1, System.nanoTime()));
    private KeyState state = KeyState.EMPTY;
    private byte[] stateBytes = {};
    private PartitionClock clock = new PartitionClock();
    private PeerMessage.Data message = new PeerMessage.WriteAck(1, 0, PeerMessage.Status.OK);
    private byte[] messageBytes = {};

    /** Makes a state of that many siblings and a message with it. */
    @Setup(Level.Iteration)
    public void prepare() {
        state = Samples.siblings(siblings, SEEN);
        out.clear();
        VersionCodec.writeState(out, state);
        stateBytes = out.toByteArray();
        clock = new PartitionClock();
        for (int home = 0; home < Samples.REPLICAS; home++) {
            clock.addRange(Samples.actor(home), 1, SEEN);
        }
        state.dots().forEach(clock::add);
        // All actors of the samples are of partition 0, and so must the key be.
        int key = 0;
        while (Samples.record(key).set().partition() != 0) {
            key++;
        }
        message = new PeerMessage.Write(
                1, Samples.record(key), VersionedObject.of(state), PeerMessage.Origin.NEW, null, 1000, 1);
        out.clear();
        MessageCodec.write(out, message);
        messageBytes = out.toByteArray();
    }

    /** A state to bytes. */
    @Benchmark
    public int writeState() {
        out.clear();
        VersionCodec.writeState(out, state);
        return out.size();
    }

    /** A state from bytes. */
    @Benchmark
    public KeyState readState() {
        return VersionCodec.readState(new ByteSource(stateBytes), 0);
    }

    /** A clock to bytes and back. */
    @Benchmark
    public PartitionClock clockRoundTrip() {
        out.clear();
        VersionCodec.writeClock(out, clock);
        return VersionCodec.readClock(new ByteSource(out.toByteArray()), 0);
    }

    /** A write message to bytes. */
    @Benchmark
    public int writeMessage() {
        out.clear();
        MessageCodec.write(out, message);
        return out.size();
    }

    /** A write message from bytes. */
    @Benchmark
    public PeerMessage.Data readMessage() {
        return MessageCodec.read(new ByteSource(messageBytes));
    }

    /** Sixteen write messages through frames with length and checksum, there and back. */
    @Benchmark
    public void frameRoundTrip(Blackhole hole) {
        for (int i = 0; i < FRAME_MESSAGES; i++) {
            outbox.add(message);
        }
        outbox.flush();
        inbox.open(frame, hole::consume);
    }
}
