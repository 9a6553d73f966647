package io.quorate.node.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.quorate.node.fixture.Fuzz;
import io.quorate.node.fixture.Golden;
import io.quorate.node.transport.Rig;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What a stranger may send ends in a value or one kind of exception, and costs little more than its length. */
final class GreetingFuzzTest {
    private static final InetSocketAddress AT = new InetSocketAddress(InetAddresses.forString("10.1.2.3"), 7301);
    private static final InetSocketAddress AT_V6 = new InetSocketAddress(InetAddresses.forString("fd00::7"), 7302);
    private static final Birth BIRTH = new Birth("kölner dom", 65_536, 3);
    private static final Greeting GREETING =
            new Greeting(BIRTH, NodeId.of("n1"), NodeId.of("n2"), 0x0123_4567_89ab_cdefL, AT, Lane.CONTROL);
    private static final Greeting QUESTION = new Greeting(BIRTH, NodeId.of("n1"), null, 5, AT_V6, null);
    private static final Greeting.Answer ANSWER =
            new Greeting.Answer(false, NodeId.of("n2"), -7, AT, "give all nodes the same members", ImmutableList.of());
    private static final Greeting.Answer INTRODUCTION = new Greeting.Answer(
            true,
            NodeId.of("n2"),
            9,
            AT,
            "",
            ImmutableList.of(
                    new AddressBook.Known(NodeId.of("n3"), AT_V6), new AddressBook.Known(NodeId.of("n4"), AT)));

    /** The same bytes with a length and a checksum that are right, so that what lies behind them is reached. */
    private static byte[] resealed(byte[] bytes) {
        int body = Math.max(0, Math.min(bytes.length, 2_000) - Greeting.HEAD - 4);
        ByteSink out = new ByteSink();
        out.u32(Greeting.MAGIC).u16(Greeting.VERSION).u16(body + 4);
        if (body > 0) {
            out.raw(bytes, Greeting.HEAD, body);
        }
        CRC32C crc = new CRC32C();
        crc.update(out.unsafeArray(), 0, out.size());
        return out.u32((int) crc.getValue()).toByteArray();
    }

    @Test
    void greetingsAndAnswersSurviveTheirWay() {
        assertThat(Greeting.decode(GREETING.encode())).isEqualTo(GREETING);
        assertThat(Greeting.decode(QUESTION.encode())).isEqualTo(QUESTION);
        assertThat(Greeting.Answer.decode(ANSWER.encode())).isEqualTo(ANSWER);
        assertThat(Greeting.Answer.decode(INTRODUCTION.encode())).isEqualTo(INTRODUCTION);
        Greeting.Answer endless =
                new Greeting.Answer(false, NodeId.of("n2"), 1, AT, "ö".repeat(5_000), ImmutableList.of());
        assertThat(Greeting.Answer.decode(endless.encode()).text()).startsWith("ööö");
    }

    @Test
    void anAnswerNamesAsManyMembersAsThereIsRoomForAndStaysBelowItsLimit() {
        List<AddressBook.Known> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add(new AddressBook.Known(NodeId.of("n" + i + "-".repeat(27)), AT_V6));
        }
        byte[] whole =
                new Greeting.Answer(true, NodeId.of("n2"), 1, AT, "ö".repeat(256), ImmutableList.copyOf(many)).encode();
        assertThat(whole.length).isLessThanOrEqualTo(Greeting.ANSWER_MAX);
        assertThat(Greeting.Answer.decode(whole).known()).isEqualTo(many.subList(0, 128));
    }

    @Test
    void theirBytesStayWhatTheyAre() {
        assertThat(Golden.hex(GREETING.encode())).isEqualTo(Golden.hex(Golden.bytes("greeting")));
        assertThat(Golden.hex(QUESTION.encode())).isEqualTo(Golden.hex(Golden.bytes("greeting-question")));
        assertThat(Golden.hex(ANSWER.encode())).isEqualTo(Golden.hex(Golden.bytes("greeting-answer")));
        assertThat(Golden.hex(INTRODUCTION.encode())).isEqualTo(Golden.hex(Golden.bytes("greeting-introduction")));
    }

    @Test
    void mutatedGreetings() {
        List<byte[]> good = List.of(GREETING.encode(), QUESTION.encode());
        Fuzz.run(11, good, DecodeException.class, Greeting::decode);
        Fuzz.run(12, good, DecodeException.class, bytes -> Greeting.decode(resealed(bytes)));
    }

    @Test
    void mutatedAnswers() {
        List<byte[]> good = List.of(ANSWER.encode(), INTRODUCTION.encode());
        Fuzz.run(13, good, DecodeException.class, Greeting.Answer::decode);
        Fuzz.run(14, good, DecodeException.class, bytes -> Greeting.Answer.decode(resealed(bytes)));
    }

    @Test
    void mutatedFirstBytesOfAConnection() {
        Fuzz.run(
                15, List.of(GREETING.encode(), INTRODUCTION.encode()), GreetingReader.RefusedException.class, bytes -> {
                    ByteBuf in = Unpooled.wrappedBuffer(bytes);
                    byte[] whole = new GreetingReader(Greeting.ANSWER_MAX).read(in);
                    assertThat(whole == null || whole.length + in.readableBytes() == bytes.length)
                            .isTrue();
                });
    }

    private static byte[] stream() {
        ByteSink out = new ByteSink();
        for (int i = 0; i < 5; i++) {
            byte[] frame = Rig.frame(i, 40 * i);
            out.u32(frame.length).raw(frame, 0, frame.length);
            out.u32(0);
        }
        return out.toByteArray();
    }

    @Test
    void mutatedStreamsOfFramesInPiecesOfAnySize() {
        Random random = new Random(16);
        Fuzz.run(17, List.of(stream()), DecodeException.class, bytes -> {
            FrameReader reader = new FrameReader();
            for (int at = 0; at < bytes.length; ) {
                int count = Math.min(bytes.length - at, 1 + random.nextInt(1 + bytes.length / 3));
                reader.read(
                        Unpooled.wrappedBuffer(bytes, at, count),
                        frame -> assertThat(frame.length).isLessThanOrEqualTo(bytes.length));
                at += count;
            }
        });
    }

    @Test
    void framesAreTheSameHoweverTheStreamIsCut() {
        byte[] stream = stream();
        for (int piece = 1; piece < 40; piece++) {
            List<byte[]> frames = new ArrayList<>();
            FrameReader reader = new FrameReader();
            int questions = 0;
            for (int at = 0; at < stream.length; at += piece) {
                questions += reader.read(
                        Unpooled.wrappedBuffer(stream, at, Math.min(piece, stream.length - at)), frames::add);
            }
            assertThat(questions).isEqualTo(5);
            assertThat(frames).hasSize(5);
            for (int i = 0; i < 5; i++) {
                assertThat(frames.get(i)).isEqualTo(Rig.frame(i, 40 * i));
            }
        }
    }

    @Test
    void aPromisedFrameTakesMemoryAsItComes() {
        byte[] start = new ByteSink()
                .u32(TcpSettings.FRAME_MAX)
                .raw(Rig.frame(1), 0, 8)
                .toByteArray();
        // The first run pays for loading classes.
        Fuzz.allocated(() -> new FrameReader().read(Unpooled.wrappedBuffer(start), frame -> {}));
        long cost = Fuzz.allocated(() -> new FrameReader().read(Unpooled.wrappedBuffer(start), frame -> {}));
        assertThat(cost).isLessThan(Fuzz.allowance(start.length));
        assertThatThrownBy(() ->
                        new FrameReader().read(Unpooled.wrappedBuffer(new byte[] {-1, -1, -1, -1}), frame -> {}))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("4294967295");
    }
}
