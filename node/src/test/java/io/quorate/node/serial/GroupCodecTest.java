package io.quorate.node.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import io.quorate.node.fixture.Fuzz;
import io.quorate.node.protocol.group.GroupMessage;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.LedVersions;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.Version;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GroupCodecTest {
    private static final ReplicaSetId SET = ReplicaSetId.led(3, 17);
    private static final RecordKey KEY = new RecordKey(SET, -5, "accounts", 2, Bytes.ofUtf8("k"));
    private static final VersionTag TAG = new VersionTag(4, 4411);
    private static final NodeId N2 = NodeId.of("n2");
    private static final RequestId ID = new RequestId(Bytes.ofUtf8("once"), true);
    private static final KeyReply.Standing STANDING = new KeyReply.Standing(true, N2, 5, TAG, "SYNC", 12);

    private static List<LedRequest> requests() {
        return List.of(
                new LedRequest.Read(KEY, ReadLevel.LINEARIZABLE, -1, null),
                new LedRequest.Read(KEY, ReadLevel.FOLLOWER, 500, TAG),
                new LedRequest.Write(
                        KEY,
                        new LedRequest.Value(Bytes.EMPTY, "text/plain"),
                        new Condition(Condition.Kind.MATCH, ImmutableList.of(TAG, new VersionTag(1, 2))),
                        WriteLevel.SYNC,
                        ID),
                new LedRequest.Write(KEY, null, Condition.NONE, WriteLevel.ASYNC, ID),
                new LedRequest.Explain(KEY));
    }

    private static List<KeyReply> replies() {
        Version version = new Version(LedVersions.dotOf(17, TAG), Bytes.ofUtf8("v"), "text/plain", 99, ID.value());
        return List.of(
                new KeyReply.LedRead(version, STANDING),
                new KeyReply.LedRead(null, STANDING),
                new KeyReply.LedWritten(TAG, STANDING),
                refused(TAG, STANDING),
                refused(null, null),
                new KeyReply.LedExplained(
                        N2,
                        4,
                        ImmutableList.of(
                                new KeyReply.Held(N2, "value", TAG, 4411, 7),
                                new KeyReply.Held(NodeId.of("n3"), "timeout", null, -1, 900))));
    }

    private static KeyReply refused(@Nullable VersionTag present, KeyReply.@Nullable Standing standing) {
        return new KeyReply.Refused(
                ErrorCode.PRECONDITION_FAILED,
                Outcome.NOT_APPLIED,
                "no",
                0,
                0,
                ImmutableList.of(),
                null,
                present,
                standing);
    }

    private static List<GroupMessage> messages() {
        List<GroupMessage> all = new ArrayList<>();
        all.add(new GroupMessage.Raft(new RaftMessage.Heartbeat(5, 6, 7, 0, 8)));
        requests().forEach(request -> all.add(new GroupMessage.Ask(-77, request, 250)));
        replies().forEach(reply -> all.add(new GroupMessage.Told(77, reply)));
        all.add(new GroupMessage.NotLeading(1, N2));
        all.add(new GroupMessage.NotLeading(1, null));
        all.add(new GroupMessage.Look(2, KEY));
        all.add(new GroupMessage.Looked(2, 4411, true, TAG));
        all.add(new GroupMessage.Looked(2, 0, false, null));
        Bytes members = Configuration.of(List.of(N2)).encode();
        all.add(new GroupMessage.OfferState(
                3, 4, new GroupCommit.Header(4411, 4, members, 123, 5, new GroupCommit.RequestCount(1 << 20, 7))));
        all.add(new GroupMessage.StateWanted(3, true));
        all.add(new GroupMessage.StatePart(
                3, 2, ImmutableList.of(new GroupCommit.Row('Q', Bytes.ofUtf8("k"), Bytes.ofUtf8("v"))), false));
        all.add(new GroupMessage.StatePart(3, 3, ImmutableList.of(), true));
        all.add(new GroupMessage.StateTaken(3, 3));
        all.add(new GroupMessage.Sleep(9, 4411, 7L << 50));
        all.add(new GroupMessage.Sleeping(9, 4411, 7L << 50));
        all.add(new GroupMessage.Wake(9, 12));
        all.add(new GroupMessage.Pulse(7L << 50, 3, 12, -1, -1, 0));
        all.add(new GroupMessage.Pulse(7L << 50, 4, 12, 5L << 50, 0, 300_000_000));
        all.add(new GroupMessage.Compare(4411, 4, 32));
        all.add(new GroupMessage.Compared(4411, 4, 0, false, ImmutableLongArray.of(-1, 2)));
        all.add(new GroupMessage.Compared(4411, 4, 7, true, ImmutableLongArray.of()));
        all.add(new GroupMessage.Rejoin(-5L << 40));
        all.add(new GroupMessage.LetIn(-5L << 40, 4412));
        return all;
    }

    private static ReplicaSetId receiver(GroupMessage message) {
        return message instanceof GroupMessage.Pulse ? GroupCodec.NODES : SET;
    }

    private static Bytes encoded(GroupMessage message) {
        ByteSink out = new ByteSink();
        GroupCodec.write(out, receiver(message), message);
        return out.toBytes();
    }

    @Test
    void everyMessageIsReadBack() {
        for (GroupMessage message : messages()) {
            ByteSource in = new ByteSource(encoded(message));
            assertThat(GroupCodec.read(in)).isEqualTo(new GroupCodec.Addressed(receiver(message), message));
            in.end();
        }
        assertThat(messages().stream().map(Object::getClass).distinct())
                .as("no kind is left out")
                .hasSameSizeAs(GroupMessage.class.getPermittedSubclasses());
    }

    @Test
    void aStateWhoseMembersCannotBeReadIsNone() {
        GroupMessage offer = new GroupMessage.OfferState(
                3, 4, new GroupCommit.Header(1, 1, Bytes.ofUtf8("nobody"), 0, 0, GroupCommit.RequestCount.NONE));

        assertThatThrownBy(() -> GroupCodec.read(new ByteSource(encoded(offer))))
                .isInstanceOf(DecodeException.class);
    }

    @Test
    void mutatedMessages() {
        List<byte[]> good = new ArrayList<>();
        messages().forEach(message -> good.add(encoded(message).toByteArray()));
        Fuzz.of(33, good).lenient().run(DecodeException.class, data -> GroupCodec.read(new ByteSource(data)));
    }
}
