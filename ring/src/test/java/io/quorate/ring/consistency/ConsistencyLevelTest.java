package io.quorate.ring.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsistencyLevelTest {
    @ParameterizedTest
    @CsvSource({
        "ANY, 1, 1",
        "ANY, 5, 1",
        "ONE, 1, 1",
        "ONE, 3, 1",
        "TWO, 3, 2",
        "TWO, 1, 2",
        "THREE, 5, 3",
        "THREE, 2, 3",
        "QUORUM, 1, 1",
        "QUORUM, 2, 2",
        "QUORUM, 3, 2",
        "QUORUM, 4, 3",
        "QUORUM, 5, 3",
        "ALL, 1, 1",
        "ALL, 5, 5",
    })
    void eachLevelNeedsSoManyOfTheHomes(ConsistencyLevel level, int n, int need) {
        assertThat(level.need(n)).isEqualTo(need);
    }

    @Test
    void anyTwoQuorumsShareAReplica() {
        for (int n = 1; n <= 16; n++) {
            assertThat(2 * ConsistencyLevel.QUORUM.need(n)).isGreaterThan(n);
        }
    }

    @Test
    void namesAreReadInAnyCaseAndNothingElseIsALevel() {
        assertThat(ConsistencyLevel.parse("quorum")).contains(ConsistencyLevel.QUORUM);
        assertThat(ConsistencyLevel.parse("All")).contains(ConsistencyLevel.ALL);
        assertThat(ConsistencyLevel.parse("QUROUM")).isEmpty();
        assertThat(ConsistencyLevel.parse("")).isEmpty();
    }
}
