package io.quorate.client.led;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorate.ring.wire.SessionToken;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTest {
    private static String token(int partition, long term, long index) {
        return SessionToken.EMPTY.with(partition, term, index).toText();
    }

    @Test
    void aTokenCarriesAllThatWasSeen() {
        Session session = Session.start();
        assertThat(session.token()).isEmpty();
        session.sees(token(3, 1, 10));
        session.sees(token(9, 2, 4));
        session.sees(token(3, 1, 7));

        Session other = Session.of(session.token());

        assertThat(other.seen()).isEqualTo(SessionToken.EMPTY.with(3, 1, 10).with(9, 2, 4));
        assertThat(other.token()).isEqualTo(session.token());
        assertThat(Session.of("").seen().isEmpty()).isTrue();
    }

    @Test
    void whatSeveralAnswersBringAtOnceIsPutTogether() throws InterruptedException {
        Session session = Session.start();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int own = i;
            threads.add(new Thread(() -> {
                for (int index = 1; index <= 500; index++) {
                    session.sees(token(own, 1, index));
                    session.sees(token(100, 1, index));
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        SessionToken expected = SessionToken.EMPTY.with(100, 1, 500);
        for (int i = 0; i < 8; i++) {
            expected = expected.with(i, 1, 500);
        }
        assertThat(session.seen()).isEqualTo(expected);
    }

    @Test
    void whatIsNoTokenIsRefused() {
        Session session = Session.start();
        String damaged = token(3, 1, 10) + "AAAA";

        assertThatIllegalArgumentException().isThrownBy(() -> Session.of("nonsense"));
        assertThatIllegalArgumentException().isThrownBy(() -> session.sees(damaged));
        assertThat(session.seen().isEmpty()).isTrue();
    }

    @Test
    void versionsAreQuotedTextsOfVisibleCharacters() {
        assertThat(LeaderVersion.of("\"9.4411\"").text()).isEqualTo("\"9.4411\"");
        assertThat(LeaderVersion.of("\"1.2\""))
                .isEqualTo(LeaderVersion.of("\"1.2\""))
                .isNotEqualTo(LeaderVersion.of("\"1.3\""));
        for (String wrong : new String[] {"", "\"", "\"\"", "1.2", "\"1.2", "\"1 2\"", "W/\"1.2\"", "\"1\"2\""}) {
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> LeaderVersion.of(wrong));
        }
    }
}
