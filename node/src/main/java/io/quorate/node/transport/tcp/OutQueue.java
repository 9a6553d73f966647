package io.quorate.node.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Frames that wait for one connection, bounded in bytes. Filled by any thread, emptied by one. */
final class OutQueue {
    private static final int HEAD = 4;
    /** Several frames are written as one piece up to about this size. */
    private static final int PIECE_BYTES = 128 << 10;

    private final int bytesMax;
    private final Queue<byte[]> frames = new ConcurrentLinkedQueue<>();
    private final AtomicInteger bytes = new AtomicInteger();

    OutQueue(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** False if too much waits: the frame is not taken. */
    boolean offer(byte[] frame) {
        if (!reserve(frame)) {
            return false;
        }
        frames.add(frame);
        return true;
    }

    /** Counts a frame that will be added later; false if too much waits. */
    boolean reserve(byte[] frame) {
        int size = frame.length + HEAD;
        if (bytes.addAndGet(size) > bytesMax) {
            bytes.addAndGet(-size);
            return false;
        }
        return true;
    }

    void addReserved(byte[] frame) {
        frames.add(frame);
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    int bytes() {
        return bytes.get();
    }

    /** The next frames with their lengths before them, in one buffer; null if none waits. */
    @Nullable
    ByteBuf nextPiece(ByteBufAllocator allocator) {
        byte[] first = frames.poll();
        if (first == null) {
            return null;
        }
        int room = Math.max(first.length + HEAD, Math.min(PIECE_BYTES, bytes.get()));
        ByteBuf piece = allocator.directBuffer(room);
        put(piece, first);
        for (byte[] next = frames.peek();
                next != null && next.length + HEAD <= piece.writableBytes();
                next = frames.peek()) {
            frames.remove();
            put(piece, next);
        }
        bytes.addAndGet(-piece.readableBytes());
        return piece;
    }

    private static void put(ByteBuf piece, byte[] frame) {
        piece.writeInt(frame.length).writeBytes(frame);
    }

    /** Forgets all that waits; how many frames that was. */
    int clear() {
        int count = 0;
        for (byte[] frame = frames.poll(); frame != null; frame = frames.poll()) {
            bytes.addAndGet(-frame.length - HEAD);
            count++;
        }
        return count;
    }
}
