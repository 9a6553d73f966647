package io.quorate.node.serial;

import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Gathers the messages to one peer into as few frames as the frame limit allows. Encodes at once, so nothing but bytes
 * waits here; the owner flushes when its turn ends.
 */
public final class Outbox {
    private static final int FRAME_TARGET = 200_000;

    private final ByteSink frame = new ByteSink(4096);
    private final ByteSink message = new ByteSink(2048);
    private final Consumer<byte[]> frames;
    private final Supplier<FrameCodec.Stamp> stamps;
    private boolean empty = true;
    private long nextPart;

    /**
     * An empty outbox.
     *
     * @param firstPart a number that an earlier outbox to this peer has not used, such as a random one
     * @param stamps the present moment; a frame is as old as the first message in it, not as its sending
     */
    public Outbox(Consumer<byte[]> frames, long firstPart, Supplier<FrameCodec.Stamp> stamps) {
        this.frames = frames;
        this.stamps = stamps;
        this.nextPart = firstPart;
    }

    /** Adds a message of the data plane. */
    public void add(PeerMessage.Data data) {
        message.clear();
        MessageCodec.write(message, data);
        add(FrameCodec.DATA);
    }

    /** Adds a message of a group. An outbox takes messages of one kind only. */
    public void add(ReplicaSetId set, GroupMessage data) {
        message.clear();
        GroupCodec.write(message, set, data);
        add(FrameCodec.GROUP);
    }

    private void add(int kind) {
        if (!empty && frame.size() + message.size() > FRAME_TARGET) {
            flush();
        }
        if (message.size() > FRAME_TARGET) {
            split();
            return;
        }
        if (empty) {
            FrameCodec.begin(frame, kind, stamps.get());
            empty = false;
        }
        frame.varint(message.size()).raw(message.unsafeArray(), 0, message.size());
    }

    private void split() {
        int count = (message.size() + FRAME_TARGET - 1) / FRAME_TARGET;
        long id = nextPart++;
        FrameCodec.Stamp stamp = stamps.get();
        for (int i = 0; i < count; i++) {
            int from = i * FRAME_TARGET;
            int length = Math.min(FRAME_TARGET, message.size() - from);
            Bytes piece = Bytes.copyOf(message.unsafeArray(), from, length);
            frames.accept(new FrameCodec.Part(id, i, count, piece).frame(new ByteSink(length + 64), stamp));
        }
    }

    /** Hands over what has been gathered. */
    public void flush() {
        if (!empty) {
            empty = true;
            frames.accept(FrameCodec.seal(frame));
        }
    }
}
