package io.quorate.ring.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.ring.bytes.DecodeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTokenTest {
    private static final SessionToken SOME =
            SessionToken.EMPTY.with(12, 3, 410).with(0, 1, 7).with(65_535, 1L << 60, Long.MAX_VALUE / 4);

    @Test
    void textIsReadBack() {
        assertThat(SessionToken.parse(SOME.toText())).isEqualTo(SOME);
        assertThat(SessionToken.parse(SessionToken.EMPTY.toText())).isEqualTo(SessionToken.EMPTY);
        assertThat(SessionToken.EMPTY.with(12, 3, 410).toText()).isEqualTo("AQEMA5oDikThgw");
    }

    @Test
    void laterEntryTakesThePlaceOfAnEarlierOneOfItsPartitionOnly() {
        assertThat(SOME.with(12, 2, 409)).isSameAs(SOME);
        assertThat(SOME.with(12, 4, 411).of(12)).isEqualTo(new SessionToken.Seen(4, 411));
        assertThat(SOME.with(12, 4, 411).of(0)).isEqualTo(SOME.of(0));
        assertThat(SOME.of(13)).isNull();
    }

    @Test
    void mergedTokenHasSeenWhatEitherHas() {
        SessionToken other = SessionToken.EMPTY.with(12, 3, 409).with(0, 2, 8).with(5, 1, 1);
        SessionToken merged = SOME.merge(other);
        assertThat(merged.of(12)).isEqualTo(SOME.of(12));
        assertThat(merged.of(0)).isEqualTo(other.of(0));
        assertThat(merged.of(5)).isEqualTo(other.of(5));
        assertThat(merged).isEqualTo(other.merge(SOME));
    }

    @Test
    void everyCutOrChangedTextIsRefused() {
        String text = SOME.toText();
        for (int i = 0; i < text.length(); i++) {
            refused(text.substring(0, i));
            char other = text.charAt(i) == 'A' ? 'Q' : 'A';
            refused(text.substring(0, i) + other + text.substring(i + 1));
        }
        refused(text + "A");
        refused("A".repeat(SessionToken.CHARS_MAX + 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE / 4 + 1})
    void entriesThatNoLogHasAreRefused(long number) {
        refused(SessionToken.EMPTY.with(1, number, 1).toText());
        refused(SessionToken.EMPTY.with(1, 1, number).toText());
    }

    @Test
    void anEntryOfALaterTermComesLaterWhateverItsIndex() {
        assertThat(SOME.with(12, 2, 1000)).isSameAs(SOME);
        assertThat(SOME.with(12, 4, 50).of(12))
                .as("it has taken the place of what came after")
                .isEqualTo(new SessionToken.Seen(4, 50));
        SessionToken other = SessionToken.EMPTY.with(12, 4, 50);
        assertThat(SOME.merge(other).of(12)).isEqualTo(other.merge(SOME).of(12)).isEqualTo(other.of(12));
    }

    @Test
    void onePartitionCanBeShownWithoutTheOthers() {
        assertThat(SOME.only(12)).isEqualTo(SessionToken.EMPTY.with(12, 3, 410));
        assertThat(SOME.only(13)).isEqualTo(SessionToken.EMPTY);
    }

    private static void refused(String text) {
        assertThatThrownBy(() -> SessionToken.parse(text)).as(text).isInstanceOf(DecodeException.class);
    }
}
