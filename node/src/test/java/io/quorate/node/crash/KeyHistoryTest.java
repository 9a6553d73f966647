package io.quorate.node.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.data.Sibling;
import io.quorate.client.data.Value;
import io.quorate.node.crash.KeyHistory.Fate;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge judged: what it must let pass and what it must find. */
class KeyHistoryTest {
    private final KeyHistory history = new KeyHistory("k");

    private int write(Fate fate, int... replaces) {
        BitSet covered = new BitSet();
        Arrays.stream(replaces).forEach(covered::set);
        int write = history.begin(covered);
        history.end(write, fate);
        return write;
    }

    private List<String> wrongs(int... live) {
        return history.wrongs(Arrays.stream(live)
                .mapToObj(write -> sibling(history.valueOf(write)))
                .toList());
    }

    private static Sibling sibling(String text) {
        return new Sibling("dot", Value.TEXT, Instant.EPOCH, Value.ofText(text).data());
    }

    @Test
    void acknowledgedWriteMustBeThere() {
        write(Fate.ACKNOWLEDGED);

        assertThat(wrongs(0)).isEmpty();
        assertThat(wrongs()).singleElement().asString().contains("acknowledged write 0 is lost");
    }

    @Test
    void replacedWriteMustBeGone() {
        write(Fate.ACKNOWLEDGED);
        write(Fate.ACKNOWLEDGED, 0);

        assertThat(wrongs(1)).isEmpty();
        assertThat(wrongs(0, 1)).anyMatch(wrong -> wrong.contains("write 1 replaced {0}, which is there again"));
        assertThat(wrongs(0)).anyMatch(wrong -> wrong.contains("acknowledged write 1 is lost"));
    }

    @Test
    void uncertainWriteMayHaveReplacedOrNot() {
        write(Fate.ACKNOWLEDGED);
        write(Fate.MAYBE_APPLIED, 0);

        assertThat(wrongs(0)).isEmpty();
        assertThat(wrongs(1)).isEmpty();
        assertThat(wrongs(0, 1)).isNotEmpty();
        assertThat(wrongs()).isNotEmpty();
    }

    @Test
    void uncertainWriteMayStayBesideItsRetryFromTheOldContext() {
        write(Fate.ACKNOWLEDGED);
        write(Fate.MAYBE_APPLIED, 0);
        write(Fate.ACKNOWLEDGED, 0);

        assertThat(wrongs(1, 2)).isEmpty();
        assertThat(wrongs(2)).isEmpty();
        assertThat(wrongs(1)).isNotEmpty();
    }

    @Test
    void concurrentWritesMustBothBeThere() {
        write(Fate.ACKNOWLEDGED);
        write(Fate.ACKNOWLEDGED, 0);
        write(Fate.ACKNOWLEDGED, 0);

        assertThat(wrongs(1, 2)).isEmpty();
        assertThat(wrongs(2)).isNotEmpty();
    }

    @Test
    void refusedForeignAndDoubleVersionsAreFound() {
        write(Fate.NOT_APPLIED);
        write(Fate.ACKNOWLEDGED);

        assertThat(wrongs(0, 1)).singleElement().asString().contains("told that it was not applied");
        assertThat(wrongs(1, 1)).singleElement().asString().contains("twice");
        assertThat(history.wrongs(List.of(sibling("k 1"), sibling("other 7"), sibling("k 9"))))
                .hasSize(2)
                .allMatch(wrong -> wrong.contains("nobody wrote"));
    }

    @Test
    void readCoversWhatItShowsAndAllThatThisReplaced() {
        write(Fate.ACKNOWLEDGED);
        write(Fate.ACKNOWLEDGED, 0);
        write(Fate.ACKNOWLEDGED);

        assertThat(history.covered(List.of(sibling("k 1")))).hasToString("{0, 1}");
    }
}
