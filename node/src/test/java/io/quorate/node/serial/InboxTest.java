package io.quorate.node.serial;

import static io.quorate.node.fixture.TestKeys.dot;
import static io.quorate.node.fixture.TestKeys.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.fixture.MessageSamples;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InboxTest {
    private static final FrameCodec.Stamp STAMP = new FrameCodec.Stamp(7, -5);
    private final List<byte[]> frames = new ArrayList<>();
    private final Outbox outbox = new Outbox(frames::add, 1_000, () -> STAMP);
    private final Inbox<PeerMessage.Data> inbox = Inbox.ofData();
    private final List<PeerMessage.Data> received = new ArrayList<>();

    private void deliver(byte[] frame) {
        inbox.open(frame, received::add);
    }

    private static PeerMessage.Write write(long id, int bytes) {
        byte[] value = new byte[bytes];
        new Random(id).nextBytes(value);
        RecordKey key = key("alice");
        Version version = new Version(
                dot("n1", key.set().partition(), 1, id), Bytes.wrap(value), "text/plain", 0, Bytes.ofUtf8("r"));
        return new PeerMessage.Write(
                id, key, VersionRules.STANDARD.put(CausalContext.EMPTY, version), Origin.NEW, null, 200, 1);
    }

    @Test
    void messagesOfOneTurnShareOneFrameAndKeepTheirOrder() {
        List<PeerMessage.Data> all = MessageSamples.data();
        all.forEach(outbox::add);
        assertThat(frames).isEmpty();
        outbox.flush();
        assertThat(frames).hasSize(1);
        outbox.flush();
        assertThat(frames).as("nothing is sent for nothing").hasSize(1);
        deliver(frames.get(0));
        assertThat(received).isEqualTo(all);
    }

    @Test
    void aFrameTellsWhenItsFirstMessageWasMade() {
        long[] clock = {100};
        Outbox stamped = new Outbox(frames::add, 0, () -> new FrameCodec.Stamp(3, clock[0]));
        stamped.add(write(1, 10));
        clock[0] = 200;
        stamped.add(write(2, 10));
        stamped.flush();
        stamped.add(write(3, 500_000));
        List<FrameCodec.Stamp> stamps = new ArrayList<>();
        frames.forEach(frame -> inbox.open(frame, stamps::add, received::add));
        assertThat(stamps.get(0)).isEqualTo(new FrameCodec.Stamp(3, 100));
        assertThat(stamps.subList(1, stamps.size())).hasSize(3).containsOnly(new FrameCodec.Stamp(3, 200));
        assertThat(received).hasSize(3);
    }

    @Test
    void noFrameExceedsTheLimitHoweverMuchATurnHasToSay() {
        List<PeerMessage.Data> all = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            all.add(write(i, i * 3_000));
        }
        all.forEach(outbox::add);
        outbox.flush();
        assertThat(frames).hasSizeGreaterThan(8);
        frames.forEach(frame -> {
            assertThat(frame.length).isLessThanOrEqualTo(FrameCodec.FRAME_MAX);
            deliver(frame);
        });
        assertThat(received).isEqualTo(all);
    }

    @Test
    void aLargeMessageIsSplitAndJoinedInWhateverOrderItsPartsCome() {
        PeerMessage.Write large = write(1, 3_000_000);
        outbox.add(large);
        outbox.flush();
        assertThat(frames).hasSizeGreaterThan(14);
        Collections.shuffle(frames, new Random(3));
        for (byte[] frame : frames) {
            deliver(frame);
            deliver(frame);
        }
        assertThat(received).containsExactly(large);
    }

    @Test
    void aMessageWithALostPartIsNeverSeenAndDisturbsNoOther() {
        outbox.add(write(1, 1_000_000));
        outbox.flush();
        frames.remove(2);
        PeerMessage.Write second = write(2, 900_000);
        outbox.add(second);
        outbox.add(write(3, 10));
        outbox.flush();
        frames.forEach(this::deliver);
        assertThat(received).containsExactly(second, write(3, 10));
    }

    @Test
    void unfinishedMessagesAreBoundedInMemoryAndTheOldestGoFirst() {
        for (int i = 0; i < 400; i++) {
            outbox.add(write(1 + i, 250_000));
            outbox.flush();
            deliver(frames.get(0));
            if (i < 399) {
                frames.clear();
            }
        }
        assertThat(inbox.heldBytes()).isLessThanOrEqualTo(Inbox.PARTIAL_MAX);
        deliver(frames.get(1));
        assertThat(received).as("the newest is still there").containsExactly(write(400, 250_000));
    }

    @Test
    void partsWithoutContentCountAgainstTheBoundToo() {
        long before = usedBytes();
        for (long id = 0; id < 60_000; id++) {
            deliver(new FrameCodec.Part(id, 0, FrameCodec.Part.COUNT_MAX, Bytes.EMPTY).frame(new ByteSink(), STAMP));
        }
        assertThat(inbox.heldBytes()).isLessThanOrEqualTo(Inbox.PARTIAL_MAX);
        assertThat(usedBytes() - before).isLessThan(3L * Inbox.PARTIAL_MAX);
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void partsThatContradictEachOtherAreRefused() {
        Bytes piece = Bytes.ofUtf8("x");
        deliver(new FrameCodec.Part(1, 0, 3, piece).frame(new ByteSink(), STAMP));
        for (byte[] frame : List.of(
                new FrameCodec.Part(1, 1, 4, piece).frame(new ByteSink(), STAMP),
                new FrameCodec.Part(2, 3, 3, piece).frame(new ByteSink(), STAMP),
                new FrameCodec.Part(3, 0, 0, piece).frame(new ByteSink(), STAMP),
                new FrameCodec.Part(4, 0, 1, piece).frame(new ByteSink(), STAMP))) {
            assertThatThrownBy(() -> deliver(frame)).isInstanceOf(DecodeException.class);
        }
        assertThat(received).isEmpty();
    }

    @Test
    void framesThatAreTooLargeOrOfAnotherProtocolAreRefused() {
        byte[] good = FrameCodec.seal(FrameCodec.begin(new ByteSink(), FrameCodec.DATA, STAMP));
        deliver(good);
        List<byte[]> bad = new ArrayList<>();
        bad.add(new byte[0]);
        bad.add(new byte[FrameCodec.FRAME_MAX + 100]);
        bad.add(FrameCodec.seal(FrameCodec.begin(new ByteSink(), 9, STAMP)));
        bad.add(FrameCodec.seal(FrameCodec.begin(new ByteSink(), FrameCodec.CONTROL, STAMP)));
        bad.add(FrameCodec.seal(
                new ByteSink().u16(0x51f7).u8(4).u8(FrameCodec.DATA).u32(0).u64(0)));
        bad.add(FrameCodec.seal(
                new ByteSink().u16(0x51f7).u8(6).u8(FrameCodec.DATA).u32(0).u64(0)));
        bad.add(FrameCodec.seal(
                new ByteSink().u16(0x51f8).u8(5).u8(FrameCodec.DATA).u32(0).u64(0)));
        for (byte[] frame : bad) {
            assertThatThrownBy(() -> deliver(frame)).isInstanceOf(DecodeException.class);
        }
        assertThat(received).isEmpty();
    }
}
