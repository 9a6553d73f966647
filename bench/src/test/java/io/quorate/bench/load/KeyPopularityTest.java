package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyPopularityTest {
    private static final int DRAWS = 200_000;

    private final SplittableRandom random = new SplittableRandom(3);

    @Test
    void ranksAreDrawnByZipfsLaw() {
        int[] counts = draw(new KeyPopularity(100, 0.99), 100);

        double sum = 0;
        for (int rank = 1; rank <= 100; rank++) {
            sum += Math.pow(rank, -0.99);
        }
        for (int rank : new int[] {1, 2, 3, 10, 50, 100}) {
            double expected = DRAWS * Math.pow(rank, -0.99) / sum;
            assertThat((double) counts[rank - 1]).isEqualTo(expected, within(5 * Math.sqrt(expected)));
        }
    }

    @Test
    void fewerKeysThanAllFollowTheSameLaw() {
        int[] counts = draw(new KeyPopularity(100, 1), 3);

        assertThat(counts).hasSize(3);
        double expected = DRAWS / (1 + 1 / 2.0 + 1 / 3.0);
        assertThat((double) counts[0]).isEqualTo(expected, within(5 * Math.sqrt(expected)));
        assertThat((double) counts[2]).isEqualTo(expected / 3, within(5 * Math.sqrt(expected / 3)));
    }

    @Test
    void exponentZeroMakesAllAlike() {
        int[] counts = draw(new KeyPopularity(10, 0), 10);

        for (int count : counts) {
            assertThat((double) count).isEqualTo(DRAWS / 10.0, within(5 * Math.sqrt(DRAWS / 10.0)));
        }
    }

    private int[] draw(KeyPopularity popularity, int keys) {
        int[] counts = new int[keys];
        for (int i = 0; i < DRAWS; i++) {
            counts[popularity.draw(random, keys)]++;
        }
        return counts;
    }
}
