package io.quorate.node.storage;

import io.quorate.node.fixture.Fuzz;
import io.quorate.node.fixture.Golden;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever lies on disk is what was written there, or a {@link CorruptRecordException}. */
class RecordFuzzTest {
    private static byte[] resealed(byte[] data) {
        byte[] body = Arrays.copyOf(data, Math.max(0, data.length - 4));
        return RecordCodec.sealed(new ByteSink(body.length + 8).raw(body, 0, body.length));
    }

    @Test
    void mutatedRecords() {
        List<byte[]> good = List.of(Golden.bytes("record"));
        Fuzz.run(1, good, CorruptRecordException.class, data -> RecordCodec.readState(data, 49));
        Fuzz.run(2, good, CorruptRecordException.class, data -> RecordCodec.readState(resealed(data), 49));
    }

    @Test
    void mutatedHeaders() {
        List<byte[]> good = List.of(Golden.bytes("header"));
        Fuzz.run(3, good, CorruptRecordException.class, RecordCodec::readHeader);
        Fuzz.run(4, good, CorruptRecordException.class, data -> RecordCodec.readHeader(resealed(data)));
    }

    @Test
    void mutatedRequests() {
        List<byte[]> good = List.of(Golden.bytes("request"));
        Bytes id = Bytes.wrap(new byte[16]);
        Fuzz.run(5, good, CorruptRecordException.class, data -> RecordCodec.readRequest(data, id, 1, 49));
        Fuzz.run(6, good, CorruptRecordException.class, data -> RecordCodec.readRequest(resealed(data), id, 1, 49));
    }
}
