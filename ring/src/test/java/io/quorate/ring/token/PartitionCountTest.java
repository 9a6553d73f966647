package io.quorate.ring.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionCountTest {
    @ParameterizedTest
    @CsvSource({
        "1, 0000000000000000, 0",
        "1, ffffffffffffffff, 0",
        "2, 7fffffffffffffff, 0",
        "2, 8000000000000000, 1",
        "8, 1fffffffffffffff, 0",
        "8, 2000000000000000, 1",
        "8, ffffffffffffffff, 7",
        "64, c757e6378ff68f57, 49",
        "256, c757e6378ff68f57, 199",
        "65536, c757e6378ff68f57, 51031",
        "65536, ffffffffffffffff, 65535",
    })
    void partitionsOfTokensNeverChange(int partitions, String token, int expected) {
        assertThat(new PartitionCount(partitions).partitionOf(Long.parseUnsignedLong(token, 16)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 64, 256, 65_536})
    void aPartitionIsAnEqualSliceOfTheRingAndALeafASliceOfThePartition(int count) {
        PartitionCount partitions = new PartitionCount(count);
        Random random = new Random(count);
        int top = Integer.numberOfTrailingZeros(count);
        for (int i = 0; i < 2000; i++) {
            long token = random.nextLong();
            BigInteger unsigned = new BigInteger(Long.toUnsignedString(token));
            assertThat(partitions.partitionOf(token))
                    .isEqualTo(unsigned.shiftRight(64 - top).intValueExact());
            assertThat(partitions.bitsBelowPartition(token, 10))
                    .isEqualTo(unsigned.shiftRight(54 - top)
                            .and(BigInteger.valueOf(1023))
                            .intValueExact());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 3, 100, 131_072, Integer.MIN_VALUE})
    void onlyPowersOfTwoUpTo65536AreCounts(int count) {
        assertThatThrownBy(() -> new PartitionCount(count))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Integer.toString(count));
    }

    @Test
    void theLargestCountHas65536Partitions() {
        assertThat(new PartitionCount(PartitionCount.MAX).value()).isEqualTo(65_536);
    }

    @Test
    void theFirstTokenOfAPlaceIsReadBackAsThatPlace() {
        for (int count : new int[] {1, 2, 64, PartitionCount.MAX}) {
            PartitionCount partitions = new PartitionCount(count);
            for (int below : new int[] {0, 1, 511, 1023}) {
                int partition = count - 1;
                long first = partitions.firstToken(partition, below, 10);
                assertThat(partitions.partitionOf(first)).isEqualTo(partition);
                assertThat(partitions.bitsBelowPartition(first, 10)).isEqualTo(below);
                assertThat(partitions.bitsBelowPartition(first - 1, 10)).isNotEqualTo(below);
            }
        }
    }
}
