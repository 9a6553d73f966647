package io.quorate.node.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.fixture.TestKeys;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.bytes.ByteSource;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.bytes.DecodeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyRowTest {
    private static byte[] written(List<RecordKey> keys) {
        ByteSink out = new ByteSink();
        KeyRow row = new KeyRow();
        keys.forEach(key -> row.write(out, key));
        return out.toByteArray();
    }

    private static List<RecordKey> read(byte[] data, int count) {
        ByteSource in = new ByteSource(data, 0, data.length);
        KeyRow row = new KeyRow();
        List<RecordKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(row.read(in));
        }
        in.end();
        return keys;
    }

    @Test
    void whateverDiffersFromTheKeyBeforeIsKept() {
        RecordKey first = TestKeys.key("first");
        List<RecordKey> keys = List.of(
                first,
                TestKeys.key("second"),
                TestKeys.key("carts", 2, first.key()),
                TestKeys.key("sessions", 2, first.key()),
                TestKeys.key("carts", 1, Bytes.ofUtf8("third")),
                new RecordKey(new ReplicaSetId(1, 7), first.token(), first.bucket(), 1, first.key()),
                new RecordKey(new ReplicaSetId(1, 7), 42, "_", 0, Bytes.ofUtf8("_")),
                first);
        assertThat(read(written(keys), keys.size())).isEqualTo(keys);
    }

    @Test
    void aKeyLikeTheOneBeforeCostsItselfAndTwoBytes() {
        List<RecordKey> keys = List.of(TestKeys.keyIn(3, 0), TestKeys.keyIn(3, 1), TestKeys.keyIn(3, 2));
        int one = written(keys.subList(0, 1)).length;
        assertThat(written(keys).length - one)
                .isEqualTo(4 + keys.get(1).key().length() + keys.get(2).key().length());
    }

    @Test
    void aFirstKeyThatLeansOnOneBeforeItIsRefused() {
        for (int flags : new int[] {0, 1, 2, 4, 8, 255}) {
            byte[] data = written(List.of(TestKeys.key("k")));
            data[0] = (byte) flags;
            assertThatThrownBy(() -> read(data, 1)).isInstanceOf(DecodeException.class);
        }
    }
}
