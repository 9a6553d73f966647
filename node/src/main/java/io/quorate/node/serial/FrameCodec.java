package io.quorate.node.serial;

import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import java.util.zip.CRC32C;

/**
 * The outer form of everything between nodes: {@code magic u16, version u8, kind u8, boot u32, sentAt u64, body, CRC32C
 * u32}. Nothing inside is looked at before length, version and checksum are right.
 */
public final class FrameCodec {
    /** Above this a frame is refused; what is larger travels in {@link #PART}s. */
    public static final int FRAME_MAX = 250_000;

    /** A sequence of data-plane messages. */
    public static final int DATA = 1;
    /** One message about the node itself, by Kryo. */
    public static final int CONTROL = 2;
    /** A piece of a DATA frame's body that is too large for one frame. */
    public static final int PART = 3;

    /** A sequence of messages of groups. */
    public static final int GROUP = 4;

    private static final int MAGIC = 0x51f7;
    private static final int VERSION = 5;
    private static final int HEAD = 16;
    private static final int TAIL = 4;

    /** The length of the longest frame, all included. */
    public static final int SEALED_MAX = FRAME_MAX + HEAD + TAIL;
    /** How many bytes {@link #startsAsFrame} looks at. */
    public static final int START = 3;

    private FrameCodec() {}

    /**
     * By which the receiver tells how long a frame was under way, without a common clock.
     *
     * @param boot a number drawn at the start of the sender's process
     * @param sentAt when the frame was begun, in nanoseconds of the sender's monotonic clock
     */
    public record Stamp(int boot, long sentAt) {}

    /** An opened frame: its kind, when it was sent, and a source over its body. */
    public record Opened(int kind, Stamp stamp, ByteSource body) {}

    /** Begins a frame in {@code out}, which is cleared. */
    public static ByteSink begin(ByteSink out, int kind, Stamp stamp) {
        out.clear();
        return out.u16(MAGIC).u8(VERSION).u8(kind).u32(stamp.boot()).u64(stamp.sentAt());
    }

    /** Ends the frame begun in {@code out}: its bytes. */
    public static byte[] seal(ByteSink out) {
        return out.u32(checksum(out.unsafeArray(), out.size())).toByteArray();
    }

    /** Whether the first {@link #START} bytes are those of a frame: a cheap look before all of it has come. */
    public static boolean startsAsFrame(byte[] start) {
        return start[0] == (byte) (MAGIC >> 8) && start[1] == (byte) MAGIC && start[2] == VERSION;
    }

    public static Opened open(byte[] frame) {
        if (frame.length < HEAD + TAIL || frame.length > SEALED_MAX) {
            throw new DecodeException("frame of " + frame.length + " bytes");
        }
        ByteSource in = new ByteSource(frame, 0, frame.length - TAIL);
        int magic = in.u16();
        int version = in.u8();
        if (magic != MAGIC || version != VERSION) {
            throw new DecodeException("frame of protocol " + Integer.toHexString(magic) + " version " + version);
        }
        if (new ByteSource(frame, frame.length - TAIL, TAIL).u32() != checksum(frame, frame.length - TAIL)) {
            throw new DecodeException("frame checksum does not match");
        }
        return new Opened(in.u8(), new Stamp(in.u32(), in.u64()), in);
    }

    /** One piece of a body that is too large for a frame. */
    public record Part(long id, int index, int count, Bytes piece) {
        public static final int COUNT_MAX = 4096;

        static Part read(ByteSource in) {
            Part part = new Part(in.u64(), in.count(COUNT_MAX), in.count(COUNT_MAX), in.bytes(FRAME_MAX));
            in.end();
            if (part.count < 1 || part.index >= part.count) {
                throw new DecodeException("part " + part.index + " of " + part.count);
            }
            return part;
        }

        byte[] frame(ByteSink scratch, Stamp stamp) {
            begin(scratch, PART, stamp).u64(id).varint(index).varint(count).bytes(piece);
            return seal(scratch);
        }
    }

    private static int checksum(byte[] data, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, length);
        return (int) crc.getValue();
    }
}
