package io.quorate.node.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.kryo5.io.Output;
import io.quorate.node.fixture.MessageSamples;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.DecodeException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlCodecTest {
    private final ControlCodec codec = new ControlCodec();

    private static byte[] framed(byte[] body) {
        return FrameCodec.seal(FrameCodec.begin(new ByteSink(), FrameCodec.CONTROL, new FrameCodec.Stamp(7, -5))
                .raw(body, 0, body.length));
    }

    /** Measured with registration required: each of these did harm before the doors were shut. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0108808a",
                // Strings, arrays and wrappers of the library's own types that claim two gigabytes.
                "03ffffffff07",
                "03bfffffff0f",
                "0bffffffff0f",
                "0affffffff0f01",
                "03808080808001",
                "02",
                "00",
                "",
                "16",
                "1600000000",
                "167fffffff",
                "16ffffffff",
                "1680000000",
            })
    void aShortBombIsRefusedWithoutHarm(String hex) {
        byte[] frame = framed(HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> codec.decode(frame)).isInstanceOf(DecodeException.class);
    }

    @Test
    void everyFirstTypeIdIsEitherOursOrRefused() {
        for (int id = 0; id < 5000; id++) {
            try (Output body = new Output(64)) {
                body.writeVarInt(id, true);
                body.writeBytes(new byte[40]);
                byte[] frame = framed(body.toBytes());
                assertThatThrownBy(() -> codec.decode(frame)).isInstanceOf(DecodeException.class);
            }
        }
    }

    /** Loading it would be seen. */
    static final class Trap {
        static {
            System.setProperty("quorate.test.trap", "sprung");
        }

        private Trap() {}
    }

    @Test
    void aClassNamedOnTheWireIsNotLoaded() {
        try (Output body = new Output(256)) {
            body.writeVarInt(1, true);
            body.writeVarInt(0, true);
            body.writeString("io.quorate.node.serial.ControlCodecTest$Trap");
            byte[] frame = framed(body.toBytes());
            assertThatThrownBy(() -> codec.decode(frame))
                    .isInstanceOf(DecodeException.class)
                    .hasMessageContaining("class name");
        }
        assertThat(System.getProperty("quorate.test.trap")).isNull();
    }

    @Test
    void deepNestingIsRefusedWithoutOverflowingTheStack() {
        try (Output body = new Output(1024, 1_000_000)) {
            for (int i = 0; i < 200_000; i++) {
                body.writeByte(i % 2 == 0 ? 22 : 1);
            }
            byte[] bytes = body.toBytes();
            assertThatThrownBy(() -> codec.decode(framed(bytes))).isInstanceOf(DecodeException.class);
        }
    }

    @Test
    void aFrameWithAnyByteChangedIsRefused() {
        for (PeerMessage.Control message : MessageSamples.control()) {
            byte[] frame = codec.encode(message, new FrameCodec.Stamp(7, -5));
            for (int i = 0; i < frame.length; i++) {
                for (int change : new int[] {1, 0x80, 0xff}) {
                    byte[] damaged = frame.clone();
                    damaged[i] ^= (byte) change;
                    assertThatThrownBy(() -> codec.decode(damaged)).isInstanceOf(DecodeException.class);
                }
            }
        }
    }

    @Test
    void aRefusedMessageLeavesTheCodecAsItWas() {
        byte[] good = codec.encode(new PeerMessage.Bye(7), new FrameCodec.Stamp(7, -5));
        for (String bomb : new String[] {"0108808a", "16ffffffff", "03ffffffff07"}) {
            assertThatThrownBy(() -> codec.decode(framed(HexFormat.of().parseHex(bomb))))
                    .isInstanceOf(DecodeException.class);
            assertThat(codec.decode(good)).isEqualTo(new PeerMessage.Bye(7));
        }
    }

    @Test
    void aDataFrameIsNoControlMessage() {
        byte[] frame = FrameCodec.seal(FrameCodec.begin(new ByteSink(), FrameCodec.DATA, new FrameCodec.Stamp(7, -5)));
        assertThatThrownBy(() -> codec.decode(frame)).isInstanceOf(DecodeException.class);
    }
}
