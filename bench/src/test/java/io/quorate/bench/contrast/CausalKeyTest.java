package io.quorate.bench.contrast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class CausalKeyTest {
    private final CausalKey key = new CausalKey();

    private int acknowledged(BitSet over) {
        int number = key.begin(over);
        key.acknowledge(number);
        return number;
    }

    private int missing(Integer... shown) {
        return CausalKey.missing(key.acknowledged(), key.seenWith(List.of(shown)));
    }

    @Test
    void whatIsReplacedByWhatIsShownIsNotMissing() {
        int first = acknowledged(new BitSet());
        int second = acknowledged(key.seenWith(List.of(first)));
        int third = acknowledged(key.seenWith(List.of(second)));

        assertThat(missing(third)).isZero();
        assertThat(missing(second)).isEqualTo(1);
        assertThat(missing()).isEqualTo(3);
    }

    @Test
    void siblingsStandForThemselvesOnly() {
        int one = acknowledged(new BitSet());
        int other = acknowledged(new BitSet());

        assertThat(missing(one)).isEqualTo(1);
        assertThat(missing(one, other)).isZero();
    }

    @Test
    void whatWasNeverAcknowledgedMayBeMissing() {
        key.begin(new BitSet());

        assertThat(missing()).isZero();
    }

    @Test
    void aValueThatNobodyWroteIsNotPassedOver() {
        assertThatThrownBy(() -> key.seenWith(List.of(7))).hasMessageContaining("number 7");
    }
}
