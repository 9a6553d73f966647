package io.quorate.repair.merkle;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.repair.merkle.LeafTable.Sum;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.Dot;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeafTableTest {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void sumsCarryAndBorrowAsNumbersModuloTwoToThe128(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            Sum a = randomSum(random);
            Sum b = randomSum(random);
            assertThat(number(a.plus(b))).isEqualTo(number(a).add(number(b)).mod(MODULUS));
            assertThat(number(a.minus(b)))
                    .isEqualTo(number(a).subtract(number(b)).mod(MODULUS));
            assertThat(a.plus(b).minus(b)).isEqualTo(a);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aLeafDoesNotDependOnTheOrderOfWrites(long seed) {
        Random random = new Random(seed);
        List<Sum> terms = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            terms.add(LeafTable.term("carts", 1, Bytes.ofUtf8("key" + i % 7), dot(1 + i)));
        }
        Sum first = total(terms);
        Collections.shuffle(terms, random);
        assertThat(total(terms)).isEqualTo(first);
        Sum left = first;
        for (Sum term : terms) {
            left = left.minus(term);
        }
        assertThat(left).isEqualTo(Sum.ZERO);
    }

    @Test
    void equalTermsDoNotCancelOut() {
        Sum term = LeafTable.term("carts", 1, Bytes.ofUtf8("alice"), dot(1));
        assertThat(term.plus(term)).isNotEqualTo(Sum.ZERO).isNotEqualTo(term);
    }

    @Test
    void termsDifferInEverythingThatNamesAVersion() {
        Set<Sum> terms = new HashSet<>();
        for (String bucket : List.of("carts", "cart")) {
            for (String key : List.of("alice", "salice", "")) {
                for (int generation = 1; generation <= 2; generation++) {
                    for (long counter = 1; counter <= 2; counter++) {
                        for (int partition = 0; partition < 2; partition++) {
                            for (long incarnation = 0; incarnation < 2; incarnation++) {
                                for (String node : List.of("n1", "n2")) {
                                    ActorId actor = new ActorId(NodeId.of(node), partition, incarnation);
                                    terms.add(LeafTable.term(
                                            bucket, generation, Bytes.ofUtf8(key), new Dot(actor, counter)));
                                }
                            }
                        }
                    }
                }
            }
        }
        assertThat(terms).hasSize(2 * 3 * 2 * 2 * 2 * 2 * 2);
    }

    @Test
    void theTermOfAStoredVersionNeverChanges() {
        Sum term = LeafTable.term("carts", 1, Bytes.ofUtf8("alice"), dot(1));
        assertThat(HexFormat.of().toHexDigits(term.high()) + HexFormat.of().toHexDigits(term.low()))
                .isEqualTo("4b6693183e1a2dc7b9004e6e29393379");
    }

    @Test
    void leavesAreKeptApart() {
        LeafTable table = new LeafTable();
        table.set(0, new Sum(1, 2));
        table.set(LeafTable.LEAVES - 1, new Sum(3, 4));
        assertThat(table.get(0)).isEqualTo(new Sum(1, 2));
        assertThat(table.get(1)).isEqualTo(Sum.ZERO);
        assertThat(table.get(LeafTable.LEAVES - 1)).isEqualTo(new Sum(3, 4));
    }

    private static Sum total(List<Sum> terms) {
        Sum sum = Sum.ZERO;
        for (Sum term : terms) {
            sum = sum.plus(term);
        }
        return sum;
    }

    private static Sum randomSum(Random random) {
        return new Sum(edge(random), edge(random));
    }

    private static long edge(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> Long.MIN_VALUE;
            case 3 -> 1;
            default -> random.nextLong();
        };
    }

    private static BigInteger number(Sum sum) {
        return new BigInteger(Long.toUnsignedString(sum.high()))
                .shiftLeft(64)
                .add(new BigInteger(Long.toUnsignedString(sum.low())));
    }

    private static Dot dot(long counter) {
        return new Dot(new ActorId(NodeId.of("n1"), 3, 42), counter);
    }
}
