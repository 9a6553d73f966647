package io.quorate.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.Golden;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.ring.bytes.Bytes;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What is kept once for a group, as it is on disk. */
class GroupHeaderTest {
    private static final GroupCommit.Header HEADER = new GroupCommit.Header(
            4411, 4, Bytes.ofUtf8("members"), 1_800_000, 77, new GroupCommit.RequestCount(10_000_000, 3));

    @Test
    void itNeverChangesItsForm() {
        String form = "0201bb2204076d656d62657273c0ee6d4d80ade204037ecec02c";
        assertThat(Golden.hex(GroupRecordCodec.header(HEADER, true))).isEqualTo(form);
        assertThat(GroupRecordCodec.readHeader(HexFormat.of().parseHex(form)))
                .isEqualTo(new GroupRecordCodec.Placed(HEADER, true));
    }

    @Test
    void oneThatWasWrittenBeforeRequestsWereCountedIsStillRead() {
        String form = "0201bb2204076d656d62657273c0ee6d4d63f54120";
        GroupCommit.Header uncounted =
                new GroupCommit.Header(4411, 4, Bytes.ofUtf8("members"), 1_800_000, 77, GroupCommit.RequestCount.NONE);
        assertThat(GroupRecordCodec.readHeader(HexFormat.of().parseHex(form)))
                .isEqualTo(new GroupRecordCodec.Placed(uncounted, true));
    }
}
