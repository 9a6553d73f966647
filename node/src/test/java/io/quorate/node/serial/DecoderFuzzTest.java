package io.quorate.node.serial;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Fuzz;
import io.quorate.node.fixture.MessageSamples;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.transport.Frame;
import io.quorate.node.transport.FrameSerializer;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.VersionCodec;
import io.quorate.ring.version.VersionVector;
import io.quorate.ring.wire.ContextCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever comes from outside ends in a value or a {@link DecodeException}, and costs little more than its length. */
class DecoderFuzzTest {
    private static List<byte[]> dataFrames() {
        List<byte[]> frames = new ArrayList<>();
        for (PeerMessage.Data message : MessageSamples.data()) {
            Outbox outbox = new Outbox(frames::add, 0, () -> new FrameCodec.Stamp(7, -5));
            outbox.add(message);
            outbox.flush();
        }
        frames.add(new FrameCodec.Part(7, 1, 3, Bytes.wrap(new byte[50]))
                .frame(new ByteSink(), new FrameCodec.Stamp(7, -5)));
        return frames;
    }

    /** The same frame with a checksum that is right, so that what lies behind it is reached. */
    private static byte[] resealed(byte[] frame) {
        ByteSink out = new ByteSink(frame.length + 8);
        int body = Math.max(0, frame.length - 4);
        return FrameCodec.seal(out.raw(frame, 0, body));
    }

    private static List<byte[]> bodies() {
        List<byte[]> bodies = new ArrayList<>();
        for (PeerMessage.Data message : MessageSamples.data()) {
            ByteSink out = new ByteSink();
            MessageCodec.write(out, message);
            bodies.add(out.toByteArray());
        }
        return bodies;
    }

    @Test
    void mutatedFrames() {
        Fuzz.run(1, dataFrames(), DecodeException.class, FrameCodec::open);
    }

    @Test
    void mutatedFramesWithTheRightChecksum() {
        Inbox<PeerMessage.Data> inbox = Inbox.ofData();
        Fuzz.run(2, dataFrames(), DecodeException.class, frame -> inbox.open(resealed(frame), message -> {}));
    }

    @Test
    void mutatedMessages() {
        Fuzz.run(3, bodies(), DecodeException.class, body -> {
            PeerMessage.Data read = MessageCodec.read(new ByteSource(body));
            ByteSink out = new ByteSink();
            MessageCodec.write(out, read);
        });
    }

    @Test
    void mutatedControlMessages() {
        ControlCodec codec = new ControlCodec();
        List<byte[]> frames = MessageSamples.control().stream()
                .map(message -> codec.encode(message, new FrameCodec.Stamp(7, -5)))
                .toList();
        Fuzz.run(4, frames, DecodeException.class, codec::decode);
        Fuzz.run(5, frames, DecodeException.class, frame -> codec.decode(resealed(frame)));
    }

    @Test
    void mutatedBucketDefinitions() {
        PeerMessage.Buckets buckets =
                (PeerMessage.Buckets) MessageSamples.control().get(2);
        List<byte[]> seeds = List.of(KryoTypes.encodeBuckets(buckets.entries()).toByteArray());
        Fuzz.run(6, seeds, DecodeException.class, data -> KryoTypes.decodeBuckets(Bytes.wrap(data)));
    }

    @Test
    void mutatedContexts() {
        ContextCodec.Scope scope = new ContextCodec.Scope("carts", 3, 17, Bytes.ofUtf8("alice"));
        ActorId actor = new ActorId(NodeId.of("n1"), 17, 5);
        CausalContext context = CausalContext.of(VersionVector.EMPTY.with(actor, 9), List.of(new Dot(actor, 12)));
        byte[] token = Base64.getUrlDecoder().decode(ContextCodec.encode(context, List.of(), scope));
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        Fuzz.run(
                7,
                List.of(token),
                DecodeException.class,
                data -> ContextCodec.decode(encoder.encodeToString(data), scope));
        Fuzz.run(8, List.of(token), DecodeException.class, data -> {
            byte[] body = Arrays.copyOf(data, Math.max(0, data.length - 4));
            int crc = com.google.common.hash.Hashing.crc32c().hashBytes(body).asInt();
            byte[] sealed = new ByteSink().raw(body, 0, body.length).u32(crc).toByteArray();
            ContextCodec.decode(encoder.encodeToString(sealed), scope);
        });
    }

    @Test
    void mutatedEnvelopesOfTheRemotingLayer() {
        FrameSerializer serializer = new FrameSerializer();
        List<byte[]> good = new ArrayList<>();
        dataFrames().forEach(frame -> good.add(serializer.toBinary(new Frame(NodeId.of("n1"), Bytes.wrap(frame)))));
        Fuzz.run(9, good, DecodeException.class, data -> serializer.fromBinary(data, "F"));
    }

    @Test
    void mutatedPartsOfVersions() {
        ActorId actor = new ActorId(NodeId.of("n1"), 17, 5);
        PartitionClock clock = new PartitionClock();
        for (long counter : new long[] {1, 2, 3, 7, 9, 10}) {
            clock.add(new Dot(actor, counter));
            clock.add(new Dot(new ActorId(NodeId.of("another"), 17, -6), counter));
        }
        ByteSink clocks = new ByteSink();
        VersionCodec.writeClock(clocks, clock);
        Fuzz.run(
                10,
                List.of(clocks.toByteArray()),
                DecodeException.class,
                data -> VersionCodec.readClock(new ByteSource(data), 17));
        CausalContext context = CausalContext.of(VersionVector.EMPTY.with(actor, 9), List.of(new Dot(actor, 12)));
        ByteSink contexts = new ByteSink();
        VersionCodec.writeContext(contexts, context);
        Fuzz.run(
                11,
                List.of(contexts.toByteArray()),
                DecodeException.class,
                data -> VersionCodec.readContext(new ByteSource(data), 17));
    }

    @Test
    void lengthsThatLieCostNothing() {
        // A count or length of the greatest size in every place of a small message.
        byte[] huge = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07};
        int[] refused = new int[1];
        for (byte[] body : bodies()) {
            for (int at = 0; at <= body.length; at++) {
                byte[] lying = new byte[body.length + huge.length];
                System.arraycopy(body, 0, lying, 0, at);
                System.arraycopy(huge, 0, lying, at, huge.length);
                System.arraycopy(body, at, lying, at + huge.length, body.length - at);
                Runnable read = () -> {
                    try {
                        MessageCodec.read(new ByteSource(lying));
                    } catch (DecodeException expected) {
                        refused[0]++;
                    }
                };
                // The first time may pay for loading classes.
                read.run();
                assertThat(Fuzz.allocated(read)).isLessThan(Fuzz.allowance(lying.length) + 16_384);
            }
        }
        assertThat(refused[0]).isPositive();
    }
}
