package io.quorate.ring.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ReadOnlyBufferException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BytesTest {
    @Test
    void equalityIsByContent() {
        Bytes one = Bytes.wrap(new byte[] {1, 2, 3});
        Bytes other = Bytes.copyOf(new byte[] {0, 1, 2, 3, 4}, 1, 3);
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(one).isNotEqualTo(Bytes.wrap(new byte[] {1, 2, 4}));
        assertThat(Bytes.wrap(new byte[0])).isSameAs(Bytes.EMPTY);
    }

    @Test
    void orderIsThatOfUnsignedBytesAndPrefixesComeFirst() {
        List<Bytes> sorted = Stream.of("", "00", "01", "0100", "7f", "80", "ff", "ff00")
                .map(hex -> Bytes.wrap(java.util.HexFormat.of().parseHex(hex)))
                .toList();
        for (int i = 0; i < sorted.size(); i++) {
            for (int j = 0; j < sorted.size(); j++) {
                assertThat(Integer.signum(sorted.get(i).compareTo(sorted.get(j))))
                        .isEqualTo(Integer.signum(Integer.compare(i, j)));
            }
        }
    }

    @Test
    void copiesAreIndependentOfTheirSource() {
        byte[] source = {1, 2, 3};
        Bytes copy = Bytes.copyOf(source, 0, 3);
        source[0] = 9;
        copy.toByteArray()[1] = 9;
        assertThat(copy.toHex()).isEqualTo("010203");
        assertThatThrownBy(() -> copy.asReadOnlyBuffer().put((byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void aLongByteStringIsShownShortened() {
        assertThat(Bytes.wrap(new byte[33])).hasToString("00".repeat(32) + "... (33 bytes)");
        assertThat(Bytes.wrap(new byte[32])).hasToString("00".repeat(32));
    }
}
