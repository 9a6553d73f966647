package io.quorate.bench.contrast;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class KeysTest {
    private static final int CLIENTS = 16;

    private final Keys keys = Keys.of("b", 630, 64);

    @Test
    void eachPartitionHasTheSameNumberOfKeys() {
        assertThat(keys.count()).isEqualTo(640);
        for (int key = 0; key < keys.count(); key++) {
            long token = TokenHash.tokenOf("b", Bytes.ofUtf8(keys.name(key)));
            assertThat(new PartitionCount(64).partitionOf(token)).isEqualTo(keys.partition(key));
        }
    }

    @Test
    void eachKeyHasOneWriterAndEveryTenthOneOnEitherSide() {
        int[] writers = new int[keys.count()];
        int[] away = new int[keys.count()];
        for (int client = 0; client < CLIENTS; client++) {
            for (int key : keys.writtenBy(client, CLIENTS)) {
                writers[key]++;
                away[key] += Sides.isAway(client) ? 1 : 0;
            }
        }
        for (int key = 0; key < keys.count(); key++) {
            assertThat(writers[key]).isEqualTo(key % 10 == 0 ? 2 : 1);
            assertThat(writers[key] == 1 || away[key] == 1).isTrue();
        }
    }

    @Test
    void aPartitionIsWrittenFromBothSides() {
        Set<Integer> away = new TreeSet<>();
        Set<Integer> rest = new TreeSet<>();
        for (int client = 0; client < CLIENTS; client++) {
            Set<Integer> side = Sides.isAway(client) ? away : rest;
            keys.writtenBy(client, CLIENTS).forEach(key -> side.add(keys.partition(key)));
        }
        assertThat(away).hasSize(64);
        assertThat(rest).hasSize(64);
    }

    @Test
    void clientsAskAHomeOnTheirSideFirstAndNobodyElseWhileItIsCutOff() {
        Ways ways = new Ways(
                Sides.of(List.of(0, 1), List.of(2, 3)), List.of(ImmutableList.of(2, 0, 3), ImmutableList.of(2, 3, 1)));

        assertThat(ways.of(0, 0)).containsExactly(0, 2, 3);
        assertThat(ways.of(1, 0)).containsExactly(2, 3, 0);
        assertThat(ways.of(3, 0)).containsExactly(3, 2, 0);
        ways.cut(true);
        assertThat(ways.of(0, 1)).containsExactly(1);
        assertThat(ways.of(1, 1)).containsExactly(2, 3);
    }

    @Test
    void valuesTellTheirNumberAndAreOfOneSize() {
        NumberedValues values = new NumberedValues(32);

        assertThat(NumberedValues.number(values.of(1234567).data())).isEqualTo(1234567);
        assertThat(values.of(0).data().length()).isEqualTo(32);
        assertThat(values.of(1234567).data().length()).isEqualTo(32);
    }
}
