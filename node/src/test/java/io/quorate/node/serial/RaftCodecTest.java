package io.quorate.node.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import io.quorate.node.fixture.Fuzz;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.Entry;
import io.quorate.node.protocol.raft.HardState;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RaftCodecTest {
    private static final Configuration THREE =
            Configuration.of(List.of(NodeId.of("n1"), NodeId.of("n2"), NodeId.of("node-3")));
    private static final Configuration JOINT =
            THREE.towards(List.of(NodeId.of("n4")), List.of(NodeId.of("n5"), NodeId.of("n1")));
    private static final ImmutableList<Entry> ENTRIES = ImmutableList.of(
            new Entry(8, 3, Entry.Kind.NOOP, Bytes.EMPTY),
            new Entry(9, 3, Entry.Kind.COMMAND, Bytes.ofUtf8("milk")),
            new Entry(10, 5, Entry.Kind.CONFIGURATION, JOINT.encode()));

    private static List<RaftMessage> messages() {
        return List.of(
                new RaftMessage.PreVote(4, 300, 2),
                new RaftMessage.PreVoted(4, true),
                new RaftMessage.Vote(1L << 40, 0, 0, true),
                new RaftMessage.Voted(4, false),
                new RaftMessage.Append(5, 7, 2, ENTRIES, 6, 99),
                new RaftMessage.Append(5, 0, 0, ImmutableList.of(), 0, 0),
                new RaftMessage.Appended(5, 10, 99),
                new RaftMessage.Refused(5, 7, 3, 1, 99),
                new RaftMessage.Heartbeat(5, 6, 7, 400_000_000, 100),
                new RaftMessage.Heartbeat(5, 6, 7, Long.MAX_VALUE, 100),
                new RaftMessage.Alive(5, 100),
                new RaftMessage.StandNow(5),
                new RaftMessage.AskIndex(5, -9),
                new RaftMessage.ToldIndex(5, -9, -1));
    }

    private static List<Ready.Write> writes() {
        return List.of(
                new Ready.Write(1, HardState.NONE, null, ImmutableList.of()),
                new Ready.Write(2, new HardState(3, NodeId.of("n2")), null, ENTRIES),
                new Ready.Write(3, new HardState(9, null), new Base(70, 8, JOINT), ImmutableList.of()));
    }

    private static Bytes encoded(RaftMessage message) {
        ByteSink out = new ByteSink();
        RaftCodec.write(out, message);
        return out.toBytes();
    }

    @Test
    void everyMessageIsReadBack() {
        for (RaftMessage message : messages()) {
            ByteSource in = new ByteSource(encoded(message));
            assertThat(RaftCodec.read(in)).isEqualTo(message);
            in.end();
        }
        assertThat(messages().stream().map(Object::getClass).distinct())
                .as("no kind is left out")
                .hasSameSizeAs(RaftMessage.class.getPermittedSubclasses());
    }

    @Test
    void everyWriteIsReadBack() {
        for (Ready.Write write : writes()) {
            ByteSink out = new ByteSink();
            RaftCodec.writeWrite(out, write);
            ByteSource in = new ByteSource(out.toBytes());
            assertThat(RaftCodec.readWrite(in)).isEqualTo(write);
            in.end();
        }
    }

    @Test
    void aGroupWithoutVotersIsNone() {
        Bytes nobody = new ByteSink().varint(0).varint(0).varint(0).toBytes();
        RaftMessage message = new RaftMessage.Append(
                1, 0, 0, ImmutableList.of(new Entry(1, 1, Entry.Kind.CONFIGURATION, nobody)), 0, 0);
        assertThatThrownBy(() -> RaftCodec.read(new ByteSource(encoded(message))))
                .isInstanceOf(DecodeException.class);
    }

    @Test
    void mutatedMessages() {
        List<byte[]> good = new ArrayList<>();
        messages().forEach(message -> good.add(encoded(message).toByteArray()));
        Fuzz.of(31, good).lenient().run(DecodeException.class, data -> RaftCodec.read(new ByteSource(data)));
    }

    @Test
    void mutatedWrites() {
        List<byte[]> good = new ArrayList<>();
        for (Ready.Write write : writes()) {
            ByteSink out = new ByteSink();
            RaftCodec.writeWrite(out, write);
            good.add(out.toByteArray());
        }
        Fuzz.of(32, good).lenient().run(DecodeException.class, data -> RaftCodec.readWrite(new ByteSource(data)));
    }
}
