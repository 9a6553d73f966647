package io.quorate.node.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.storage.EventLog;
import io.quorate.node.storage.LogDamage;
import io.quorate.node.storage.LogDamage.Kind;
import io.quorate.ring.bytes.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Terminated;
import org.apache.pekko.persistence.DeleteMessagesFailure;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a log has on disk is damaged or gone: a replay fails, for an actor that misses an event is worse than none. */
class JournalDamageTest {
    private static final ActorSystem SYSTEM = JournalRig.system();
    private static final String ID = "p-1";

    private @TempDir Path directory;
    private JournalRig rig;

    @BeforeEach
    void writeFive() {
        rig = new JournalRig(SYSTEM, directory.resolve("db"));
        rig.write(ID, "writer-1", 1, 5);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @AfterAll
    static void stop() {
        JournalRig.stop(SYSTEM);
    }

    private void damage(Kind kind, long number) {
        assertThat(LogDamage.flipBit(rig.columns(), kind, ID, number)).isTrue();
    }

    private void lose(long number) {
        assertThat(LogDamage.lose(rig.columns(), Kind.EVENT, ID, number)).isTrue();
    }

    private void expectFailure(JournalRig.Replay replay, String said) {
        assertThat(replay.failure())
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining(said)
                .hasMessageContaining(ID);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 5})
    void aDamagedEventFailsTheReplay(long number) {
        damage(Kind.EVENT, number);
        JournalRig.Replay replay = rig.replay(ID);
        expectFailure(replay, "event " + number);
        assertThat(replay.numbers()).allMatch(each -> each < number);
        expectFailure(rig.replay(ID, number, number, 1), "event " + number);
    }

    @Test
    void aDamagedEventIsNoErrorForWhoDoesNotWantIt() {
        damage(Kind.EVENT, 3);
        assertThat(rig.replay(ID, 1, 2, Long.MAX_VALUE).numbers()).containsExactly(1L, 2L);
        assertThat(rig.replay(ID, 4, 5, Long.MAX_VALUE).numbers()).containsExactly(4L, 5L);
        assertThat(rig.replay(ID, 1, 2, Long.MAX_VALUE).highest()).isEqualTo(5);
        assertThat(rig.delete(ID, 3)).isEqualTo(new DeleteMessagesSuccess(3));
        assertThat(rig.replay(ID).numbers()).containsExactly(4L, 5L);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 4})
    void anEventThatIsGoneFailsTheReplay(long number) {
        lose(number);
        expectFailure(rig.replay(ID), "event " + number);
    }

    /** Unless a deletion has written down the highest number, a last event that is gone is one that never was. */
    @Test
    void theLastEventThatIsGoneFailsTheReplayIfItsNumberIsKnown() {
        assertThat(rig.delete(ID, 1)).isEqualTo(new DeleteMessagesSuccess(1));
        lose(5);
        JournalRig.Replay replay = rig.replay(ID);
        assertThat(replay.numbers()).containsExactly(2L, 3L, 4L);
        expectFailure(replay, "event 5");
    }

    /** An actor replays what comes behind its snapshot: the first of these events is the one it can least do without. */
    @Test
    void theFirstEventOfAWindowThatIsGoneFailsTheReplay() {
        lose(3);
        expectFailure(rig.replay(ID, 3, Long.MAX_VALUE, Long.MAX_VALUE), "event 3");
        expectFailure(rig.replay(ID, 3, 3, Long.MAX_VALUE), "event 3");
    }

    @Test
    void theFirstEventBehindADeletedPrefixThatIsGoneFailsTheReplay() {
        assertThat(rig.delete(ID, 2)).isEqualTo(new DeleteMessagesSuccess(2));
        lose(3);
        expectFailure(rig.replay(ID), "event 3");
    }

    @Test
    void aDamagedMarkFailsWhatNeedsIt() {
        assertThat(rig.delete(ID, 3)).isEqualTo(new DeleteMessagesSuccess(3));
        damage(Kind.MARK, 0);
        expectFailure(rig.replay(ID), "mark");
        assertThat(((DeleteMessagesFailure) rig.delete(ID, 4)).cause()).isInstanceOf(CorruptRecordException.class);
        rig.write("p-2", "writer-2", 1, 2);
        assertThat(rig.replay("p-2").numbers()).containsExactly(1L, 2L);
    }

    @Test
    void anActorDoesNotStartFromADamagedLog() {
        damage(Kind.EVENT, 4);
        Probe news = rig.probe();
        Probe watching = rig.probe();
        ActorRef ledger = Ledger.start(rig, ID, news);
        watching.watch(ledger);
        assertThat(watching.next(Terminated.class).actor()).isEqualTo(ledger);
        assertThat(news.isEmpty()).isTrue();
    }

    /** Whatever byte is another: the checksum covers all of an event. */
    @Test
    void anyChangedByteOfAnEventIsNoticed() throws InterruptedException {
        EventLog log = rig.log();
        append(log, "bytes", "an event");
        AtomicInteger length = new AtomicInteger();
        change("bytes", value -> {
            length.set(value.length);
            return value;
        });
        assertThat(length.get()).isGreaterThan(8);
        for (int i = 0; i < length.get(); i++) {
            int at = i;
            change("bytes", value -> {
                value[at] ^= 1;
                return value;
            });
            assertCorrupt(log);
            change("bytes", value -> {
                value[at] ^= 1;
                return value;
            });
        }
        List<String> read = new ArrayList<>();
        log.replay("bytes", 1, 9, 9, event -> read.add(event.data().toUtf8()));
        assertThat(read).containsExactly("an event");
    }

    @Test
    void anEventThatIsCutOffIsNoticed() throws InterruptedException {
        EventLog log = rig.log();
        append(log, "bytes", "an event");
        for (int left = 12; left >= 0; left--) {
            int cut = left;
            change("bytes", value -> Arrays.copyOf(value, cut));
            assertCorrupt(log);
        }
    }

    private static void assertCorrupt(EventLog log) {
        assertThatThrownBy(() -> log.replay("bytes", 1, 9, 9, event -> {
                    throw new AssertionError("gave " + event);
                }))
                .isInstanceOf(CorruptRecordException.class);
    }

    private void change(String name, UnaryOperator<byte[]> change) {
        assertThat(LogDamage.change(
                        rig.columns(), Kind.EVENT, name, 1, value -> change.apply(Objects.requireNonNull(value))))
                .isTrue();
    }

    private static void append(EventLog log, String name, String text) throws InterruptedException {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        log.append(
                name,
                log.generation(),
                List.of(new EventLog.Event(1, Bytes.ofUtf8(text))),
                failure -> ended.add(failure == null ? "written" : failure.toString()));
        assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo("written");
    }
}
