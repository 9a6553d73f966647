package io.quorate.bench.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LedHistoriesTest {
    private static final Tag FIRST = new Tag(1, 1);
    private static final Tag SECOND = new Tag(1, 2);

    private final LedHistories histories = new LedHistories();

    /** Two values are written by one; another finds the second in its way, and reads after that. */
    private void readAfterRefusal(long value, Tag tag) {
        histories.add("k", Operation.write(1, 10, 0).done(FIRST, 1));
        histories.add("k", Operation.write(1, 20, 2).done(SECOND, 3));
        histories.add("k", Operation.create(2, 30, 4).refused(SECOND, 5));
        histories.addOfSession("k", Operation.read(2, 6).shown(value, tag, 7));
    }

    @Test
    void aSessionMayNotGoBackBehindARefusal() {
        readAfterRefusal(10, FIRST);

        assertThat(histories.check()).singleElement().asString().contains("goes back behind");
    }

    @Test
    void aSessionMayReadWhatARefusalHasShown() {
        readAfterRefusal(20, SECOND);

        assertThat(histories.check()).isEmpty();
        assertThat(histories.operations()).isEqualTo(3);
        assertThat(histories.readsOfSessions()).isEqualTo(1);
    }
}
