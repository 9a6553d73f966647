package io.quorate.node.protocol.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.fixture.TinyGroup;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.storage.MemoryGroupStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How old a leader says that what it has may be, and how far behind it says that its followers are. */
class LeaderLagTest {
    private final TinyGroup group = new TinyGroup(0, id -> new MemoryGroupStore(), CheckSlots.UNBOUNDED);
    private final List<KeyReply> replies = new ArrayList<>();

    @AfterEach
    void stop() {
        group.close();
    }

    @Test
    void oneThatIsHeardHasNothingOld() {
        group.turns(30);
        group.readAsOld(TinyGroup.N1, "k", 0, replies::add);

        assertThat(replies)
                .singleElement()
                .isInstanceOfSatisfying(
                        KeyReply.LedRead.class,
                        read -> assertThat(read.standing().lagMillis()).isZero());
    }

    @Test
    void oneThatIsCutOffSaysSinceWhenItHasNoProofThatItLeads() {
        group.turns(30);
        group.cut.add(TinyGroup.N1);
        group.await("the end of its lease", () -> group.report(TinyGroup.N1).lagMillis() > 0);
        assertThat(group.report(TinyGroup.N1).role()).isEqualTo("leader");
        assertThat(group.report(TinyGroup.N1).lagMillis()).isBetween(225L, 235L);

        group.readAsOld(TinyGroup.N1, "k", 200, replies::add);
        assertThat(replies).as("served by what it has").isEmpty();
        group.readAsOld(TinyGroup.N1, "k", 235, replies::add);
        assertThat(replies).singleElement().isInstanceOf(KeyReply.LedRead.class);
    }

    @Test
    void aFollowersLagIsTheAgeOfTheFirstEntryThatItLacks() {
        group.write("a", "1");
        group.awaitEqual();
        group.cut.add(TinyGroup.N3);
        group.turns(20);
        assertThat(member().lagMillis()).as("nothing was written").isZero();
        group.write("a", "2");
        group.turns(30);
        group.write("a", "3");
        group.turns(10);

        assertThat(member().lagEntries()).isEqualTo(2);
        assertThat(member().lagMillis()).isBetween(390L, 420L);
        group.cut.clear();
        group.awaitEqual();
        group.turns(10);
        assertThat(member().lagMillis()).isZero();
    }

    private GroupReport.Member member() {
        return group.report(TinyGroup.N1).members().stream()
                .filter(each -> each.node().equals(TinyGroup.N3))
                .findFirst()
                .orElseThrow();
    }
}
