package io.quorate.node.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.quorate.node.serial.FrameCodec;
import io.quorate.ring.bytes.DecodeException;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts a stream of {@code length u32, frame} into frames; a length of 0 is a question whether anybody listens. Each frame
 * is copied once, into an array of its own; one that has not all come takes memory as it comes, not as it promises.
 */
final class FrameReader {
    private static final int FIRST_PIECE = 16 << 10;

    private final byte[] head = new byte[4];
    private int headSize;
    private byte[] frame = new byte[0];
    private int frameSize;
    private int frameLength = -1;

    /**
     * Takes all of {@code in}.
     *
     * @return how many questions were among it
     * @throws DecodeException at the first length or frame start that cannot be; nothing more can be read then
     */
    int read(ByteBuf in, Consumer<byte[]> frames) {
        int questions = 0;
        while (in.isReadable()) {
            if (frameLength < 0) {
                if (!readHead(in)) {
                    break;
                }
                if (frameLength == 0) {
                    questions++;
                    frameLength = -1;
                    continue;
                }
            }
            readBody(in);
            if (frameSize == frameLength) {
                byte[] whole = frame;
                frame = new byte[0];
                frameLength = -1;
                frames.accept(whole);
            }
        }
        return questions;
    }

    private boolean readHead(ByteBuf in) {
        if (headSize == 0 && in.readableBytes() >= 4) {
            begin(in.readInt());
            return true;
        }
        int count = Math.min(4 - headSize, in.readableBytes());
        in.readBytes(head, headSize, count);
        headSize += count;
        if (headSize < 4) {
            return false;
        }
        headSize = 0;
        begin((head[0] & 0xff) << 24 | (head[1] & 0xff) << 16 | (head[2] & 0xff) << 8 | (head[3] & 0xff));
        return true;
    }

    private void begin(int length) {
        if (length < 0 || length > TcpSettings.FRAME_MAX) {
            throw new DecodeException("a frame of " + Integer.toUnsignedString(length) + " bytes is above the limit of "
                    + TcpSettings.FRAME_MAX);
        }
        frameLength = length;
        frameSize = 0;
    }

    private void readBody(ByteBuf in) {
        int count = Math.min(frameLength - frameSize, in.readableBytes());
        if (frameSize + count > frame.length) {
            int capacity = frameSize + count == frameLength
                    ? frameLength
                    : Math.min(frameLength, Math.max(FIRST_PIECE, 2 * (frameSize + count)));
            frame = Arrays.copyOf(frame, capacity);
        }
        boolean startSeen = frameSize >= FrameCodec.START;
        in.readBytes(frame, frameSize, count);
        frameSize += count;
        if (!startSeen
                && frameSize >= Math.min(FrameCodec.START, frameLength)
                && (frameSize < FrameCodec.START || !FrameCodec.startsAsFrame(frame))) {
            throw new DecodeException("what came is no frame");
        }
        if (frameSize == frameLength && frame.length > frameLength) {
            frame = Arrays.copyOf(frame, frameLength);
        }
    }
}
