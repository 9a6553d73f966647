package io.quorate.bench.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {
    @Test
    void asksUntilItHolds() throws Exception {
        AtomicInteger asked = new AtomicInteger();

        new Patience(60).await("three", () -> asked.incrementAndGet() == 3);

        assertThat(asked).hasValue(3);
    }

    @Test
    void endsWhenTheTimeIsOverOrAskingFails() {
        assertThatThrownBy(() -> new Patience(0).await("what never comes", () -> false))
                .isInstanceOf(Patience.TooLateException.class)
                .hasMessage("waited 0 s in vain for what never comes");
        assertThatThrownBy(() -> new Patience(60).await("an answer", () -> {
                    throw new IOException("nobody is there");
                }))
                .isInstanceOf(IOException.class);
    }
}
