package io.quorate.node.protocol.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionVector;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectLimitsTest {
    private static final ActorId ACTOR = new ActorId(NodeId.of("n1"), 1, 7);
    private static final int MIB = 1 << 20;

    private static KeyState siblings(int count, int bytesEach) {
        List<Version> versions = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            versions.add(new Version(
                    new Dot(ACTOR, i), Bytes.wrap(new byte[bytesEach]), "text/plain", 0, Bytes.ofUtf8("r" + i)));
        }
        return KeyState.of(versions, CausalContext.EMPTY);
    }

    @Test
    void theTwentyFifthSiblingIsWarnedOfAndNoOther() {
        for (int count = 1; count <= 100; count++) {
            String warning = ObjectLimits.warning(siblings(count, 1), 1);
            if (count == 25) {
                assertThat(warning).contains("25 siblings");
            } else {
                assertThat(warning).as("%d siblings", count).isNull();
            }
        }
    }

    @Test
    void theSiblingThatBringsAKeyToFourMebibytesIsWarnedOf() {
        assertThat(ObjectLimits.warning(siblings(3, MIB), MIB)).isNull();
        assertThat(ObjectLimits.warning(siblings(4, MIB), MIB)).contains("4 siblings of 4194304 bytes");
        assertThat(ObjectLimits.warning(siblings(5, MIB), MIB))
                .as("it was said")
                .isNull();
        assertThat(ObjectLimits.warning(siblings(1, 5 * MIB), 5 * MIB))
                .as("one value alone is what it is")
                .isNull();
    }

    @Test
    void aRecordWithMoreDotsThanCanBeReadBackIsRefused() {
        List<Dot> dots = new ArrayList<>();
        for (int i = 0; i <= ObjectLimits.DOTS_MAX; i++) {
            dots.add(new Dot(ACTOR, 10 + 2L * i));
        }
        KeyState tooLong = KeyState.of(List.of(), CausalContext.of(VersionVector.EMPTY, dots));
        assertThatThrownBy(() -> ObjectLimits.refuseOverlong(tooLong)).isInstanceOf(StorageException.class);
        KeyState just = KeyState.of(List.of(), CausalContext.of(VersionVector.EMPTY, dots.subList(1, dots.size())));
        ObjectLimits.refuseOverlong(just);
    }
}
