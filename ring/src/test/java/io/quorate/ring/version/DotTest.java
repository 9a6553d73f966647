package io.quorate.ring.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.ring.topology.NodeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DotTest {
    @Test
    void theTextOfADotIsReadBack() {
        Dot dot = new Dot(new ActorId(NodeId.of("node-1.b"), 65_535, -2), Long.MAX_VALUE);
        assertThat(dot.toText()).isEqualTo("node-1.b-65535-fffffffffffffffe-9223372036854775807");
        assertThat(Dot.parse(dot.toText())).contains(dot);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "---",
                "n1-3-0000000000000001-0",
                "n1-3-0000000000000001--1",
                "n1-03-0000000000000001-1",
                "n1-3-000000000000001-1",
                "N1-3-0000000000000001-1",
                "n1-3-000000000000000G-1",
                "n1-3-0000000000000001-",
                "n1-3-0000000000000001-9223372036854775808",
                "n1-3-0000000000000001-1 ",
                "n1-3-000000000000000A-1",
            })
    void anyOtherTextIsNoDot(String text) {
        assertThat(Dot.parse(text)).isEmpty();
    }

    @Test
    void countersStartAtOne() {
        ActorId actor = Dots.ACTORS.get(0);
        assertThatThrownBy(() -> new Dot(actor, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
