package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.LedWritten;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupCommit.RequestCount;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.storage.MemoryGroupStore;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A group remembers so many requests and no more. */
class RequestRoomTest {
    private static final int MAX = 5;
    private static final int TURNS_AN_ERA = (int) (GroupCommit.ERA_MILLIS / 10);

    private final Map<NodeId, GroupStore> stores = new LinkedHashMap<>();

    private TinyGroup start() {
        return new TinyGroup(
                GroupSettings.DEFAULT.withRequests(MAX),
                id -> stores.computeIfAbsent(id, absent -> new MemoryGroupStore()));
    }

    private static KeyReply write(TinyGroup group, String name, String request) {
        List<KeyReply> replies = new ArrayList<>();
        group.write(TinyGroup.N1, name, "v", WriteLevel.SEMI_SYNC, 60_000, request, replies::add);
        group.await("an answer", () -> !replies.isEmpty());
        return replies.get(0);
    }

    private static void fill(TinyGroup group) {
        for (int i = 0; i < MAX; i++) {
            assertThat(write(group, "k" + i, "r" + i)).isInstanceOf(LedWritten.class);
        }
        group.awaitEqual();
    }

    private static void assertRefused(KeyReply reply) {
        assertThat(reply).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThat(refused.detail())
                    .contains("remembers 5 idempotency keys")
                    .contains("Retry with the same one");
        });
    }

    /** What is counted on a disk; null as long as nothing is there. */
    private RequestCount counted(NodeId id) {
        GroupStore store = stores.get(id);
        GroupCommit.Header header =
                store == null ? null : store.open(TinyGroup.SET).header();
        return header == null ? RequestCount.NONE : header.requests();
    }

    private void assertCounted(RequestCount count) {
        for (NodeId id : TinyGroup.NODES) {
            assertThat(counted(id)).as("on the disk of %s", id).isEqualTo(count);
        }
    }

    @Test
    void oneMoreIsRefusedAndThoseThatAreKnownAreAnsweredAsBefore() {
        try (TinyGroup group = start()) {
            KeyReply first = write(group, "k", "first");
            for (int i = 1; i < MAX; i++) {
                assertThat(write(group, "k", "r" + i)).isInstanceOf(LedWritten.class);
            }
            long committed = group.report(TinyGroup.N1).commit();

            assertRefused(write(group, "other", "one more"));
            group.turns(100);
            assertThat(group.report(TinyGroup.N1).commit()).isEqualTo(committed);

            assertThat(write(group, "k", "first"))
                    .isInstanceOfSatisfying(
                            LedWritten.class, again -> assertThat(again.tag()).isEqualTo(((LedWritten) first).tag()));
            group.awaitEqual();
            assertThat(group.report(TinyGroup.N1).keys()).isEqualTo(1);
            assertCounted(new RequestCount(MAX, 0));
        }
    }

    @Test
    void whatComesTogetherTakesNoMoreThanThereIs() {
        try (TinyGroup group = start()) {
            List<KeyReply> firsts = new ArrayList<>();
            List<KeyReply> retries = new ArrayList<>();
            for (int i = 0; i < 2 * MAX; i++) {
                group.write(TinyGroup.N1, "k", "v", WriteLevel.SEMI_SYNC, 60_000, "r" + i, firsts::add);
                group.write(TinyGroup.N1, "k", "v", WriteLevel.SEMI_SYNC, 60_000, "r" + i, retries::add);
            }
            group.await("all answers", () -> firsts.size() + retries.size() == 4 * MAX);

            for (List<KeyReply> replies : List.of(firsts, retries)) {
                assertThat(replies).filteredOn(LedWritten.class::isInstance).hasSize(MAX);
                replies.stream()
                        .filter(reply -> !(reply instanceof LedWritten))
                        .forEach(RequestRoomTest::assertRefused);
            }
            group.awaitEqual();
            assertCounted(new RequestCount(MAX, 0));
        }
    }

    @Test
    void whatIsUnderWayTakesItsPartAndItsRetriesWaitForIt() {
        try (TinyGroup group = start()) {
            group.awaitEqual();
            group.cut.addAll(List.of(TinyGroup.N2, TinyGroup.N3));
            List<KeyReply> written = new ArrayList<>();
            List<KeyReply> refused = new ArrayList<>();
            for (int i = 0; i < MAX; i++) {
                group.write(TinyGroup.N1, "k", "v", WriteLevel.SEMI_SYNC, 60_000, "r" + i, written::add);
            }
            group.turn();
            group.write(TinyGroup.N1, "k", "v", WriteLevel.SEMI_SYNC, 60_000, "r0", written::add);
            group.write(TinyGroup.N1, "k", "v", WriteLevel.SEMI_SYNC, 60_000, "one more", refused::add);
            group.turn();
            assertThat(written).isEmpty();
            assertThat(refused).singleElement().satisfies(RequestRoomTest::assertRefused);

            group.cut.clear();
            group.await("all answers", () -> written.size() == MAX + 1);
            assertThat(written).allSatisfy(reply -> assertThat(reply).isInstanceOf(LedWritten.class));
        }
    }

    /** Nothing but new keys comes in, so no entry brings the log's time on: it is enough that the leader's clock runs. */
    @Test
    void whenErasPassThereIsRoomAgain() {
        try (TinyGroup group = start()) {
            fill(group);
            group.turns(TURNS_AN_ERA);
            assertRefused(write(group, "k", "an era later"));
            group.turns(TURNS_AN_ERA);
            assertThat(write(group, "k", "two eras later")).isInstanceOf(LedWritten.class);
            group.awaitEqual();
            assertCounted(new RequestCount(1, 0));

            group.turns(TURNS_AN_ERA);
            assertThat(write(group, "k", "three eras later")).isInstanceOf(LedWritten.class);
            assertThat(write(group, "k", "two eras later")).isInstanceOf(LedWritten.class);
            group.awaitEqual();
            assertCounted(new RequestCount(1, 1));
        }
    }

    @Test
    void whatIsCountedIsTheSameOnAllReplicasAlsoAfterAStateAndAStart() {
        try (TinyGroup group = start()) {
            fill(group);
            MemoryGroupStore other = new MemoryGroupStore();
            stores.put(TinyGroup.N3, other);
            group.loseDisk(TinyGroup.N3, other);
            group.await("the state on the new disk", () -> other.index() > 0);
            group.awaitEqual();
            assertCounted(new RequestCount(MAX, 0));
        }
        try (TinyGroup again = start()) {
            assertRefused(write(again, "k", "one more"));
            assertThat(write(again, "k0", "r0")).isInstanceOf(LedWritten.class);
            again.turns(2 * TURNS_AN_ERA);
            assertThat(write(again, "k", "one more")).isInstanceOf(LedWritten.class);
            again.awaitEqual();
            assertCounted(new RequestCount(1, 0));
        }
    }
}
