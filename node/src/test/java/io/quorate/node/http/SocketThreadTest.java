package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketThreadTest {
    private final Deque<Runnable> turns = new ArrayDeque<>();
    private final List<String> ran = new ArrayList<>();
    private final SocketThread sockets = new SocketThread();

    @Test
    void tasksThatGatherBeforeTheThreadComesShareOneTurn() {
        sockets.use(turns::add);
        sockets.execute(() -> ran.add("a"));
        sockets.execute(() -> ran.add("b"));
        assertThat(turns).hasSize(1);
        assertThat(ran).isEmpty();
        turns.remove().run();
        assertThat(ran).containsExactly("a", "b");
    }

    @Test
    void aTaskThatComesDuringATurnIsNotLeftBehind() {
        sockets.use(turns::add);
        sockets.execute(() -> sockets.execute(() -> ran.add("later")));
        while (!turns.isEmpty()) {
            turns.remove().run();
        }
        assertThat(ran).containsExactly("later");
    }

    @Test
    void aTaskAfterATurnAsksForAnother() {
        sockets.use(turns::add);
        sockets.execute(() -> ran.add("a"));
        turns.remove().run();
        sockets.execute(() -> ran.add("b"));
        assertThat(turns).hasSize(1);
    }

    @Test
    void aTaskThatFailsLeavesTheOthersToTheNextTurn() {
        sockets.use(turns::add);
        sockets.execute(() -> {
            throw new IllegalStateException("broken");
        });
        sockets.execute(() -> ran.add("b"));
        Runnable first = turns.remove();
        assertThatThrownBy(first::run).hasMessage("broken");
        assertThat(sockets.isCurrent()).isFalse();
        turns.remove().run();
        assertThat(ran).containsExactly("b");
    }

    @Test
    void onlyItsOwnTasksAreOnTheThread() {
        sockets.use(turns::add);
        List<Boolean> current = new ArrayList<>();
        sockets.execute(() -> current.add(sockets.isCurrent()));
        assertThat(sockets.isCurrent()).isFalse();
        turns.remove().run();
        assertThat(current).containsExactly(true);
        assertThat(sockets.isCurrent()).isFalse();
    }

    @Test
    void beforeThereIsAThreadTasksRunAtOnce() {
        sockets.execute(() -> ran.add("a"));
        assertThat(ran).containsExactly("a");
    }
}
