package io.quorate.node.storage;

import io.quorate.node.fixture.Fuzz;
import io.quorate.node.fixture.Golden;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void mutatedRetiredActors() {
        byte[] key = RecordCodec.retiredKey(new RetiredActor(TestKeys.set(5), new ActorId(NodeId.of("n1"), 5, 9)));
        Fuzz.of(10, List.of(key)).lenient().run(CorruptRecordException.class, RecordCodec::readRetired);
    }

    @Test
    void mutatedKeysAndSumsOfLeaves() {
        byte[] key = RecordCodec.key(TestKeys.key("some key"));
        Fuzz.of(7, List.of(key)).lenient().run(CorruptRecordException.class, RecordCodec::readKey);
        byte[] sum = RecordCodec.sum(new LeafTable.Sum(5, 6));
        Fuzz.run(8, List.of(sum), CorruptRecordException.class, RecordCodec::readSum);
    }

    @Test
    void mutatedFilesOfTheDataDirectory(@TempDir Path folder) throws IOException {
        DataDirectory.Identity identity = new DataDirectory.Identity("c", "n1", 8, 3, "n1@dc1/z1 n2@dc1/z2");
        DataDirectory.open(folder, identity, SyncMode.GROUP).close();
        for (String name : List.of("IDENTITY", "PLACE", "LAST_RUN", "LOCK")) {
            Path file = folder.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            Fuzz.of(9, List.of(whole)).lenient().onDisk(400).run(DataDirectory.UnusableException.class, data -> {
                try {
                    Files.write(file, data);
                    DataDirectory.open(folder, identity, SyncMode.GROUP).close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Files.write(file, whole);
        }
    }
}
