package io.quorate.node.journal;

import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import java.io.NotSerializableException;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.PersistentRepr$;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/** The binary form of what persistent actors write; payloads go through the serializers of the actor system. */
final class EventCodec {
    private static final int TEXT_MAX = 4096;

    private final Serialization serialization;

    EventCodec(ActorSystem system) {
        this.serialization = SerializationExtension.get(system);
    }

    /** Writes an event, but for its writer's name and number, which the log keeps. */
    Bytes encode(PersistentRepr event) throws NotSerializableException {
        ByteSink out = new ByteSink(256);
        out.text(event.writerUuid()).text(event.manifest()).varint(event.timestamp());
        writePayload(out, event.payload());
        return out.toBytes();
    }

    PersistentRepr decode(String persistenceId, long sequence, Bytes data) throws NotSerializableException {
        ByteSource in = new ByteSource(data);
        String writer = in.text(TEXT_MAX);
        String manifest = in.text(TEXT_MAX);
        long timestamp = in.varint();
        return PersistentRepr$.MODULE$
                .apply(readPayload(in), sequence, persistenceId, manifest, false, ActorRef.noSender(), writer)
                .withTimestamp(timestamp);
    }

    Bytes encodeSnapshot(Object snapshot) throws NotSerializableException {
        ByteSink out = new ByteSink(256);
        writePayload(out, snapshot);
        return out.toBytes();
    }

    Object decodeSnapshot(Bytes data) throws NotSerializableException {
        return readPayload(new ByteSource(data));
    }

    private void writePayload(ByteSink out, Object payload) throws NotSerializableException {
        Serializer serializer = serialization.findSerializerFor(payload);
        out.u32(serializer.identifier()).text(Serializers.manifestFor(serializer, payload));
        // Not by the serializer itself: it may have to be told what system it works for.
        scala.util.Try<byte[]> written = serialization.serialize(payload);
        if (written.isFailure()) {
            Throwable cause = written.failed().get();
            if (cause instanceof NotSerializableException unknown) {
                throw unknown;
            }
            throw new IllegalArgumentException("payload: " + cause, cause);
        }
        byte[] bytes = written.get();
        out.raw(bytes, 0, bytes.length);
    }

    private Object readPayload(ByteSource in) throws NotSerializableException {
        int serializer = in.u32();
        String manifest = in.text(TEXT_MAX);
        byte[] bytes = in.raw(in.remaining()).unsafeArray();
        scala.util.Try<Object> read = serialization.deserialize(bytes, serializer, manifest);
        if (read.isFailure()) {
            Throwable cause = read.failed().get();
            if (cause instanceof NotSerializableException unknown) {
                throw unknown;
            }
            throw new DecodeException("payload: " + cause.getMessage(), cause);
        }
        return read.get();
    }
}
