package io.quorate.node.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import io.quorate.node.fixture.Golden;
import io.quorate.node.fixture.MessageSamples;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.DecodeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
    @Test
    void everyMessageIsReadBack() {
        for (PeerMessage.Data message : MessageSamples.data()) {
            ByteSink out = new ByteSink();
            MessageCodec.write(out, message);
            ByteSource in = new ByteSource(out.toBytes());
            assertThat(MessageCodec.read(in)).isEqualTo(message);
            in.end();
        }
        ControlCodec control = new ControlCodec();
        for (PeerMessage.Control message : MessageSamples.control()) {
            assertThat(control.decode(control.encode(message, new FrameCodec.Stamp(7, -5))))
                    .isEqualTo(message);
        }
    }

    @Test
    void noKindOfMessageIsLeftOutHere() {
        Set<Class<?>> data = new HashSet<>();
        Set<Class<?>> inner = new HashSet<>();
        MessageSamples.data().forEach(message -> {
            data.add(message.getClass());
            if (message instanceof PeerMessage.Forward forward) {
                inner.add(forward.request().getClass());
            } else if (message instanceof PeerMessage.ForwardReply reply) {
                inner.add(reply.reply().getClass());
            }
        });
        Set<Class<?>> control = new HashSet<>();
        MessageSamples.control().forEach(message -> control.add(message.getClass()));
        assertThat(data).containsExactlyInAnyOrderElementsOf(leaves(PeerMessage.Data.class));
        assertThat(control).containsExactlyInAnyOrder(PeerMessage.Control.class.getPermittedSubclasses());
        assertThat(inner).contains(KeyRequest.class.getPermittedSubclasses());
        // Answers of leader buckets travel between groups.
        assertThat(inner).contains(ofLeaderless(KeyReply.class.getPermittedSubclasses()));
    }

    private static List<Class<?>> leaves(Class<?> kind) {
        return kind.isSealed()
                ? Arrays.stream(kind.getPermittedSubclasses())
                        .flatMap(each -> leaves(each).stream())
                        .toList()
                : List.of(kind);
    }

    private static Class<?>[] ofLeaderless(Class<?>[] kinds) {
        return Arrays.stream(kinds)
                .filter(kind -> kind.getEnclosingClass() == KeyReply.class)
                .filter(kind -> !kind.getSimpleName().contains("Led"))
                .toArray(Class<?>[]::new);
    }

    @Test
    void messagesCutShortAtAnyLengthAreRefused() {
        for (PeerMessage.Data message : MessageSamples.data()) {
            ByteSink out = new ByteSink();
            MessageCodec.write(out, message);
            byte[] whole = out.toByteArray();
            for (int length = 0; length < whole.length; length++) {
                ByteSource cut = new ByteSource(whole, 0, length);
                assertThatThrownBy(() -> MessageCodec.read(cut)).isInstanceOf(DecodeException.class);
            }
        }
    }

    @Test
    void aDetailTooLongForItsBoundIsShortenedAndNotRefusedByTheReceiver() {
        KeyReply.Refused refused = KeyReply.Refused.of(
                io.quorate.ring.wire.ErrorCode.INTERNAL,
                io.quorate.ring.wire.Outcome.NOT_APPLIED,
                "\u20ac".repeat(10_000));
        ByteSink out = new ByteSink();
        MessageCodec.write(out, new PeerMessage.ForwardReply(1, 2, refused));
        PeerMessage.ForwardReply read = (PeerMessage.ForwardReply) MessageCodec.read(new ByteSource(out.toBytes()));
        assertThat(((KeyReply.Refused) read.reply()).detail()).startsWith("\u20ac\u20ac");
    }

    /** One line for each sample: the kind, and its bytes. */
    @Test
    void framesOnTheWireNeverChangeTheirForm() {
        List<String> lines = new ArrayList<>();
        for (PeerMessage.Data message : MessageSamples.data()) {
            List<byte[]> frames = new ArrayList<>();
            Outbox outbox = new Outbox(frames::add, 0, () -> new FrameCodec.Stamp(7, -5));
            outbox.add(message);
            outbox.flush();
            lines.add(message.getClass().getSimpleName() + " " + Golden.hex(frames.get(0)));
        }
        ControlCodec control = new ControlCodec();
        MessageSamples.control()
                .forEach(message -> lines.add(message.getClass().getSimpleName() + " "
                        + Golden.hex(control.encode(message, new FrameCodec.Stamp(7, -5)))));
        assertThat(lines).isEqualTo(Golden.text("frames.txt").lines().toList());
    }

    @Test
    void everyGoldenFrameIsStillUnderstood() {
        List<String> golden = Golden.text("frames.txt").lines().toList();
        List<PeerMessage> samples = new ArrayList<>(MessageSamples.data());
        samples.addAll(MessageSamples.control());
        assertThat(golden).hasSameSizeAs(samples);
        ControlCodec control = new ControlCodec();
        for (int i = 0; i < golden.size(); i++) {
            byte[] frame = java.util.HexFormat.of().parseHex(golden.get(i).split(" ", -1)[1]);
            List<PeerMessage> read = new ArrayList<>();
            if (samples.get(i) instanceof PeerMessage.Control) {
                read.add(control.decode(frame));
            } else {
                Inbox.ofData().open(frame, read::add);
            }
            assertThat(read).isEqualTo(List.of(samples.get(i)));
        }
    }

    @Test
    void idsOfKryoTypesAreOnlyEverAdded() {
        List<String> rows = KryoTypes.TABLE.stream()
                .map(row -> row.id() + " " + row.type().getName())
                .toList();
        assertThat(rows).isEqualTo(Golden.text("kryo-types.txt").lines().toList());
        assertThat(KryoTypes.TABLE.stream().map(row -> row.id()).distinct()).hasSameSizeAs(KryoTypes.TABLE);
    }

    @Test
    void bucketDefinitionsOnDiskNeverChangeTheirForm() {
        PeerMessage.Buckets buckets =
                (PeerMessage.Buckets) MessageSamples.control().get(2);
        assertThat(KryoTypes.encodeBuckets(buckets.entries()).toHex()).isEqualTo(Golden.hex(Golden.bytes("buckets")));
        assertThat(KryoTypes.decodeBuckets(io.quorate.ring.bytes.Bytes.wrap(Golden.bytes("buckets"))))
                .isEqualTo(ImmutableList.copyOf(buckets.entries()));
    }
}
