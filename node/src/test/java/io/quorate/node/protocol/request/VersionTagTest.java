package io.quorate.node.protocol.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VersionTagTest {
    @Test
    void textIsReadBack() {
        for (VersionTag tag : new VersionTag[] {
            new VersionTag(0, 0), new VersionTag(3, 410), new VersionTag(1L << 60, Long.MAX_VALUE / 4)
        }) {
            assertThat(VersionTag.parse(tag.toText())).contains(tag);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"",
                "\"\"",
                "\".\"",
                "\"1.\"",
                "\".1\"",
                "1.1",
                "\"1.1",
                "\"01.1\"",
                "\"1.01\"",
                "\"+1.1\"",
                "\"-1.1\"",
                "\"1.-1\"",
                "\"1.1.1\"",
                "\" 1.1\"",
                "W/\"1.1\"",
                "\"1.2305843009213693952\"",
                "\"9223372036854775807.1\"",
                "\"1.9223372036854775808\"",
                "\"1.99999999999999999999999999999999999999999999999999\""
            })
    void otherTextsAreNoVersions(String text) {
        assertThat(VersionTag.parse(text)).isEmpty();
    }
}
