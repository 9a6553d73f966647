package io.quorate.node.storage;

import static io.quorate.node.fixture.TestKeys.dot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.fixture.Golden;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.RetiredActor;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.HybridTime;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionCodec;
import io.quorate.ring.version.VersionVector;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordCodecTest {
    private static final int PARTITION = 49;
    private static final ReplicaSetId SET = new ReplicaSetId(3, PARTITION);
    private static final RecordKey KEY = new RecordKey(
            SET, 0xc757e6378ff68f57L, "carts", 2, Bytes.wrap(new byte[] {(byte) 0xff, 0, 0x61, (byte) 0xc3}));

    private static final HybridTime STAMP = new HybridTime((1_700_000_000_000L << 16) | 513);

    static KeyState twoVersions() {
        Dot one = dot("n1", PARTITION, 0x1122334455667788L, 300);
        Dot two = dot("node-2", PARTITION, -1, 1);
        CausalContext context = CausalContext.of(
                VersionVector.EMPTY.with(one.actor(), 12).with(two.actor(), 1),
                List.of(one, dot("n3", PARTITION, 5, 1L << 40)));
        return KeyState.of(
                List.of(
                        new Version(
                                one, Bytes.ofUtf8("milk"), "text/plain", 1_700_000_000_000L, Bytes.ofUtf8("r1"), STAMP),
                        new Version(two, Bytes.EMPTY, "application/octet-stream", 0, Bytes.wrap(new byte[64]))),
                context.atLeast(STAMP.next()));
    }

    /** The same things as the format before hybrid times had them. */
    private static KeyState withoutTimes(KeyState state) {
        return KeyState.of(
                state.versions().stream()
                        .map(v -> new Version(v.dot(), v.value(), v.contentType(), v.writtenMillis(), v.requestId()))
                        .toList(),
                state.context().withoutTime());
    }

    private static Commit.Header header() {
        PartitionClock clock = new PartitionClock();
        clock.addRange(dot("n1", PARTITION, 7, 1).actor(), 1, 500);
        clock.addRange(dot("n2", PARTITION, 8, 1).actor(), 3, 4);
        clock.addRange(dot("n2", PARTITION, 8, 1).actor(), 9, 1_000_000);
        clock.raiseTime(STAMP);
        ByteSink out = new ByteSink();
        VersionCodec.writeClock(out, clock);
        return new Commit.Header(0x8000000000000001L, out.toBytes(), 12, 345, 3);
    }

    private static Commit.RequestEntry request() {
        byte[] id = new byte[16];
        Arrays.fill(id, (byte) 0xab);
        return new Commit.RequestEntry(
                Bytes.wrap(id),
                2_833_333,
                0x0123456789abcdefL,
                dot("n1", PARTITION, 7, 77),
                CausalContext.EMPTY.with(dot("n2", PARTITION, 8, 4)).atLeast(STAMP));
    }

    @Test
    void recordsOnDiskNeverChangeTheirForm() {
        assertThat(Golden.hex(RecordCodec.state(twoVersions()))).isEqualTo(Golden.hex(Golden.bytes("record")));
        assertThat(RecordCodec.readState(Golden.bytes("record"), PARTITION)).isEqualTo(twoVersions());
    }

    @Test
    void headersOnDiskNeverChangeTheirForm() {
        assertThat(Golden.hex(RecordCodec.header(header()))).isEqualTo(Golden.hex(Golden.bytes("header")));
        assertThat(RecordCodec.readHeader(Golden.bytes("header"))).isEqualTo(header());
        Commit.Header uncounted = RecordCodec.readHeader(Golden.bytes("header-2"));
        assertThat(uncounted.recovered()).isZero();
        assertThat(uncounted.clock()).isEqualTo(header().clock());
    }

    @Test
    void keysOnDiskNeverChangeTheirForm() {
        assertThat(Golden.hex(RecordCodec.key(KEY))).isEqualTo(Golden.hex(Golden.bytes("key")));
        assertThat(RecordCodec.readKey(Golden.bytes("key"))).isEqualTo(KEY);
        assertThat(Golden.hex(RecordCodec.leafKey(SET, 1023))).isEqualTo("4c00310303ff");
        assertThat(Golden.hex(RecordCodec.headerKey(SET))).isEqualTo("48003103");
        RetiredActor retired = new RetiredActor(SET, new ActorId(NodeId.of("n1"), PARTITION, -2));
        assertThat(Golden.hex(RecordCodec.retiredKey(retired))).isEqualTo("52003103fffffffffffffffe6e31");
        assertThat(RecordCodec.readRetired(RecordCodec.retiredKey(retired))).isEqualTo(retired);
        assertThat(Golden.hex(RecordCodec.sum(new LeafTable.Sum(1, -2)))).isEqualTo("0000000000000001fffffffffffffffe");
    }

    @Test
    void rememberedRequestsOnDiskNeverChangeTheirForm() {
        Commit.RequestEntry request = request();
        assertThat(Golden.hex(RecordCodec.request(request))).isEqualTo(Golden.hex(Golden.bytes("request")));
        assertThat(RecordCodec.readRequest(Golden.bytes("request"), request.id(), request.era(), PARTITION))
                .isEqualTo(request);
        assertThat(Golden.hex(RecordCodec.requestKey(request.era(), SET, request.id())))
                .isEqualTo("002b3bb5003103" + "ab".repeat(16));
    }

    @Test
    void keysSortByReplicaSetThenByToken() {
        byte[] low = RecordCodec.key(new RecordKey(SET, 1, "z", 9, Bytes.EMPTY));
        byte[] high = RecordCodec.key(new RecordKey(SET, -1, "a", 1, Bytes.EMPTY));
        byte[] next = RecordCodec.key(new RecordKey(new ReplicaSetId(1, PARTITION + 1), 0, "a", 1, Bytes.EMPTY));
        assertThat(Arrays.compareUnsigned(low, high)).isNegative();
        assertThat(Arrays.compareUnsigned(high, next)).isNegative();
    }

    @Test
    void anythingCutShortOrWithAnyBitChangedIsCorrupt() {
        byte[] record = Golden.bytes("record");
        for (int length = 0; length < record.length; length++) {
            byte[] cut = Arrays.copyOf(record, length);
            assertThatThrownBy(() -> RecordCodec.readState(cut, PARTITION)).isInstanceOf(CorruptRecordException.class);
        }
        for (int bit = 0; bit < record.length * 8; bit++) {
            byte[] damaged = record.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> RecordCodec.readState(damaged, PARTITION))
                    .isInstanceOf(CorruptRecordException.class);
        }
    }

    @Test
    void aRecordOfALaterFormatIsRefusedAndNotMisread() {
        ByteSink out = new ByteSink().u8(RecordCodec.FORMAT + 1).varint(0);
        assertThatThrownBy(() -> RecordCodec.readState(RecordCodec.sealed(out), PARTITION))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining("format 3");
    }

    @Test
    void recordsOfTheFormatBeforeHybridTimesAreStillRead() {
        assertThat(RecordCodec.readState(Golden.bytes("record-1"), PARTITION)).isEqualTo(withoutTimes(twoVersions()));
        Commit.RequestEntry request = request();
        assertThat(RecordCodec.readRequest(Golden.bytes("request-1"), request.id(), request.era(), PARTITION)
                        .seen())
                .isEqualTo(request.seen().withoutTime());
        Commit.Header old = RecordCodec.readHeader(Golden.bytes("header-1"));
        assertThat(old.versions()).isEqualTo(header().versions());
        PartitionClock clock = VersionCodec.readClock(new ByteSource(old.clock()), PARTITION);
        assertThat(clock.time()).isEqualTo(HybridTime.NONE);
        clock.raiseTime(STAMP);
        assertThat(clock).isEqualTo(VersionCodec.readClock(new ByteSource(header().clock()), PARTITION));
    }
}
