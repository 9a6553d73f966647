package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.DecodeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

/** What is given up, and what may pass or is nobody's to give up. */
class DamageTest {
    private final DecodeException cause = new DecodeException("checksum does not match");
    private final CorruptRecordException damaged = new CorruptRecordException("damaged event 3", cause);

    @Test
    void whatTheDiskHasSpoiltOrLostIsGivenUp() {
        assertThat(Damage.isToBeGivenUp(damaged, 3)).isTrue();
        assertThat(Damage.isToBeGivenUp(new IllegalStateException("replay", damaged), 3))
                .isTrue();
        assertThat(Damage.isToBeGivenUp(new CorruptRecordException("event 3 is missing"), 3))
                .isTrue();
    }

    @Test
    void whatMayPassIsNot() {
        assertThat(Damage.isToBeGivenUp(new StorageException("the database is not open"), 3))
                .isFalse();
        assertThat(Damage.isToBeGivenUp(StorageException.noRoom("full"), 3)).isFalse();
        assertThat(Damage.isToBeGivenUp(new StorageException("read", new IOException("timed out"), false), 3))
                .isFalse();
        assertThat(Damage.isToBeGivenUp(new UncheckedIOException(new IOException("no such serializer")), 3))
                .isFalse();
    }

    /** Another version of the program wrote it, or a fault of this one: that would be so on all nodes. */
    @Test
    void whatIsWholeButNotUnderstoodIsNot() {
        assertThat(Damage.isToBeGivenUp(new CorruptRecordException("format 3", cause, false), 3))
                .isFalse();
        assertThat(Damage.isToBeGivenUp(new DecodeException("kind 99"), 3)).isFalse();
        assertThat(Damage.isToBeGivenUp(new IllegalStateException("the log has a gap"), 3))
                .isFalse();
    }

    @Test
    void nobodyGivesUpWhatTheOthersCouldNotLetItInWithout() {
        assertThat(Damage.isToBeGivenUp(damaged, 1)).isFalse();
        assertThat(Damage.isToBeGivenUp(damaged, 2)).isFalse();
        assertThat(Damage.isToBeGivenUp(damaged, 4)).isTrue();
    }
}
