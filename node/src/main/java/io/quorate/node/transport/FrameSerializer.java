package io.quorate.node.transport;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Puts a {@link Frame} into Artery's buffer: {@code sender's length u8, sender, data}. It writes single bytes and arrays
 * only, because Artery's buffer is little-endian and its order must stay as it is.
 */
public final class FrameSerializer extends SerializerWithStringManifest implements ByteBufferSerializer {
    private static final int IDENTIFIER = 7_340_001;

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object o) {
        return "F";
    }

    @Override
    public byte[] toBinary(Object o) {
        Frame frame = (Frame) o;
        byte[] bytes = new byte[1 + frame.from().value().length() + frame.data().length()];
        toBinary(o, ByteBuffer.wrap(bytes));
        return bytes;
    }

    @Override
    public void toBinary(Object o, ByteBuffer buffer) {
        Frame frame = (Frame) o;
        byte[] from = frame.from().value().getBytes(StandardCharsets.US_ASCII);
        buffer.put((byte) from.length);
        buffer.put(from);
        buffer.put(frame.data().unsafeArray());
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        return fromBinary(ByteBuffer.wrap(bytes), manifest);
    }

    @Override
    public Object fromBinary(ByteBuffer buffer, String manifest) {
        if (!manifest.equals("F") || buffer.remaining() < 2) {
            throw new DecodeException("no frame");
        }
        int length = buffer.get() & 0xff;
        if (length > buffer.remaining()) {
            throw new DecodeException("sender of " + length + " bytes");
        }
        byte[] from = new byte[length];
        buffer.get(from);
        String sender = new String(from, StandardCharsets.US_ASCII);
        if (!NodeId.isValid(sender)) {
            throw new DecodeException("frame of a sender without a valid name");
        }
        byte[] data = new byte[buffer.remaining()];
        buffer.get(data);
        return new Frame(NodeId.of(sender), Bytes.wrap(data));
    }
}
