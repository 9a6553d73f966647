package io.quorate.node.serial;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.util.DefaultClassResolver;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.DecodeException;

/**
 * Messages about the node itself, by Kryo with the doors shut: registered classes only, under the fixed ids of {@link
 * KryoTypes}, no names on the wire, serializers that check every length before they allocate, and one exception for
 * whatever is wrong. Not for several threads.
 */
public final class ControlCodec {
    private static final int MESSAGE_MAX = FrameCodec.FRAME_MAX - 64;

    private final Kryo kryo;
    private final Output output = new Output(1024, MESSAGE_MAX);
    private final ByteSink scratch = new ByteSink(1024);

    public ControlCodec() {
        kryo = new Kryo(new NoNames(), null);
        kryo.setRegistrationRequired(true);
        kryo.setReferences(false);
        kryo.setMaxDepth(8);
        KryoTypes.registerAll(kryo);
    }

    /** The frame of one message. */
    public byte[] encode(PeerMessage.Control message, FrameCodec.Stamp stamp) {
        output.reset();
        kryo.writeClassAndObject(output, message);
        FrameCodec.begin(scratch, FrameCodec.CONTROL, stamp).raw(output.getBuffer(), 0, output.position());
        return FrameCodec.seal(scratch);
    }

    /** Reads a frame back; throws {@link DecodeException} and nothing else. */
    public PeerMessage.Control decode(byte[] frame) {
        return decode(FrameCodec.open(frame), frame);
    }

    /** The same for who has opened the frame to see when it was sent. */
    public PeerMessage.Control decode(FrameCodec.Opened opened, byte[] frame) {
        if (opened.kind() != FrameCodec.CONTROL) {
            throw new DecodeException("frame kind " + opened.kind() + " among control messages");
        }
        ByteSource body = opened.body();
        return decode(frame, body.position(), body.remaining());
    }

    @SuppressWarnings("CatchingUnchecked")
    PeerMessage.Control decode(byte[] data, int offset, int length) {
        try {
            Input input = new Input(data, offset, length);
            Object message = kryo.readClassAndObject(input);
            if (!(message instanceof PeerMessage.Control control)) {
                throw new DecodeException("no control message");
            }
            if (input.position() != offset + length) {
                throw new DecodeException("bytes after the message");
            }
            return control;
        } catch (DecodeException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw new DecodeException("not decodable: " + e.getClass().getSimpleName(), e);
        } finally {
            kryo.reset();
        }
    }

    /** Class names on the wire would let a peer have any class of this program loaded. */
    private static final class NoNames extends DefaultClassResolver {
        /** Kryo's own types are as bad: a string may claim any length, and it is made before it is read. */
        @Override
        public Registration readClass(Input input) {
            Registration type = super.readClass(input);
            if (type == null || !KryoTypes.isKnown(type.getId())) {
                throw new DecodeException("not one of the types that nodes exchange");
            }
            return type;
        }

        @Override
        protected Registration readName(Input input) {
            throw new DecodeException("a class name on the wire");
        }

        @Override
        @SuppressWarnings("rawtypes")
        protected void writeName(Output output, Class type, Registration registration) {
            throw new IllegalStateException(type + " is not registered");
        }
    }

    /** A serializer by the project's own bounded reader and writer. */
    abstract static class Bounded<T> extends Serializer<T> {
        abstract void write(ByteSink out, T value);

        abstract T read(ByteSource in);

        @Override
        public final void write(Kryo kryo, Output output, T value) {
            ByteSink out = new ByteSink(256);
            write(out, value);
            output.writeInt(out.size());
            output.writeBytes(out.unsafeArray(), 0, out.size());
        }

        @Override
        public final T read(Kryo kryo, Input input, Class<? extends T> type) {
            int length = input.readInt();
            if (length < 0 || length > input.limit() - input.position()) {
                throw new DecodeException("length " + length + " of " + (input.limit() - input.position()));
            }
            ByteSource in = new ByteSource(input.getBuffer(), input.position(), length);
            T value = read(in);
            in.end();
            input.setPosition(input.position() + length);
            return value;
        }
    }
}
