package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.quorate.node.fixture.Golden;
import io.quorate.node.protocol.liveness.Disks;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.ring.topology.NodeId;
import org.junit.jupiter.api.Test;

class DiskStateCodecTest {
    private static final Disks.State STATE = new Disks.State(
            0x8000_0000_0000_0001L,
            ImmutableSet.of(7L, -8L),
            3,
            2,
            ImmutableMap.of(NodeId.of("n1"), 9L, NodeId.of("n3"), -10L));

    @Test
    void whatIsKeptOfDisksNeverChangesItsForm() {
        assertThat(Golden.hex(DiskStateCodec.encode(STATE))).isEqualTo(Golden.hex(Golden.bytes("disks")));
        assertThat(DiskStateCodec.decode(Golden.bytes("disks"))).isEqualTo(STATE);
    }

    @Test
    void damageIsFound() {
        byte[] data = DiskStateCodec.encode(STATE);
        for (int i = 0; i < data.length; i++) {
            byte[] hurt = data.clone();
            hurt[i] ^= 0x10;
            assertThatThrownBy(() -> DiskStateCodec.decode(hurt)).isInstanceOf(CorruptRecordException.class);
        }
    }
}
