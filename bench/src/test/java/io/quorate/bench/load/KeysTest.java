package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysTest {
    @ParameterizedTest
    @CsvSource({"1,1", "1,10", "3,10", "4,8", "7,8", "8,8", "9,8"})
    void sharesOfAllClientsAreAllKeysOnce(int clients, int keys) {
        SortedSet<Integer> all = new TreeSet<>();
        for (int client = 0; client < clients; client++) {
            KeyShare share = new KeyShare(client, clients, keys);
            for (int place = 0; place < share.size(); place++) {
                assertThat(share.contains(share.keyAt(place))).isTrue();
                assertThat(all.add(share.keyAt(place))).isTrue();
            }
        }
        assertThat(all).hasSize(keys);
        assertThat(all.first()).isZero();
        assertThat(all.last()).isEqualTo(keys - 1);
    }

    @Test
    void fullMemoryForgetsTheLongestUnused() {
        ContextMemory<byte[]> memory = new ContextMemory<>(25, context -> context.length);
        memory.remember(1, new byte[10]);
        memory.remember(2, new byte[10]);
        assertThat(memory.of(1)).hasSize(10);

        memory.remember(3, new byte[10]);

        assertThat(memory.of(2)).isNull();
        assertThat(memory.of(1)).isNotNull();
        assertThat(memory.of(3)).isNotNull();
    }

    @Test
    void newContextTakesTheRoomOfTheOldOne() {
        ContextMemory<byte[]> memory = new ContextMemory<>(25, context -> context.length);
        memory.remember(1, new byte[10]);
        for (int i = 0; i < 10; i++) {
            memory.remember(2, new byte[12]);
        }
        memory.forget(2);
        memory.remember(3, new byte[15]);

        assertThat(memory.of(1)).isNotNull();
        assertThat(memory.of(2)).isNull();
        assertThat(memory.of(3)).isNotNull();
    }
}
