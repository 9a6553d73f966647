package io.quorate.node.serial;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.DecodeException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Opens the frames of one peer and puts large messages together again, within a bound of memory. */
public final class Inbox<M> {
    /** Memory for unfinished large messages of one peer; the oldest are dropped beyond it. */
    public static final int PARTIAL_MAX = 64 << 20;

    private final int kind;
    private final Function<ByteSource, M> reader;
    private final Map<Long, Partial> partials = new LinkedHashMap<>();
    private int partialBytes;

    private Inbox(int kind, Function<ByteSource, M> reader) {
        this.kind = kind;
        this.reader = reader;
    }

    /** For messages of the data plane. */
    public static Inbox<PeerMessage.Data> ofData() {
        return new Inbox<>(FrameCodec.DATA, MessageCodec::read);
    }

    /** For messages of groups. */
    public static Inbox<GroupCodec.Addressed> ofGroups() {
        return new Inbox<>(FrameCodec.GROUP, GroupCodec::read);
    }

    private static final class Partial {
        private final byte[][] pieces;
        private int missing;
        private int bytes;

        private Partial(int count) {
            pieces = new byte[count][];
            missing = count;
        }

        /** What it takes in memory: many parts without content are large too. */
        private int weight() {
            return bytes + 64 + 8 * pieces.length;
        }
    }

    /** As {@link #open(byte[], Consumer, Consumer)} for whom it does not matter when the frame was sent. */
    public void open(byte[] frame, Consumer<M> messages) {
        open(frame, stamp -> {}, messages);
    }

    /**
     * Decodes a frame and hands over its messages in order.
     *
     * @param stamps takes the frame's stamp, before its messages
     *
     * @throws DecodeException if any of it is not as it should be; messages before the fault have been handed over
     */
    public void open(byte[] frame, Consumer<FrameCodec.Stamp> stamps, Consumer<M> messages) {
        FrameCodec.Opened opened = FrameCodec.open(frame);
        stamps.accept(opened.stamp());
        ByteSource in = opened.body();
        if (opened.kind() == kind) {
            while (in.remaining() > 0) {
                int length = in.count(FrameCodec.FRAME_MAX, 1);
                ByteSource body = new ByteSource(frame, in.position(), length);
                M message = reader.apply(body);
                body.end();
                in.skip(length);
                messages.accept(message);
            }
        } else if (opened.kind() == FrameCodec.PART) {
            add(FrameCodec.Part.read(in), messages);
        } else {
            throw new DecodeException("frame of kind " + opened.kind() + " where " + kind + " is expected");
        }
    }

    private void add(FrameCodec.Part part, Consumer<M> messages) {
        Partial partial = partials.computeIfAbsent(part.id(), id -> {
            Partial begun = new Partial(part.count());
            partialBytes += begun.weight();
            return begun;
        });
        if (partial.pieces.length != part.count()) {
            throw new DecodeException("parts of one message disagree about their count");
        }
        if (partial.pieces[part.index()] == null) {
            partial.pieces[part.index()] = part.piece().unsafeArray();
            partial.missing--;
            partial.bytes += part.piece().length();
            partialBytes += part.piece().length();
        }
        if (partial.missing == 0) {
            forget(part.id(), partial);
            ByteSource whole = new ByteSource(join(partial));
            M message = reader.apply(whole);
            whole.end();
            messages.accept(message);
        }
        Iterator<Map.Entry<Long, Partial>> oldest = partials.entrySet().iterator();
        while (partialBytes > PARTIAL_MAX && oldest.hasNext()) {
            partialBytes -= oldest.next().getValue().weight();
            oldest.remove();
        }
    }

    int heldBytes() {
        return partialBytes;
    }

    private void forget(long id, Partial partial) {
        partials.remove(id);
        partialBytes -= partial.weight();
    }

    private static byte[] join(Partial partial) {
        byte[] whole = new byte[partial.bytes];
        int at = 0;
        for (byte[] piece : partial.pieces) {
            System.arraycopy(piece, 0, whole, at, piece.length);
            at += piece.length;
        }
        return whole;
    }
}
