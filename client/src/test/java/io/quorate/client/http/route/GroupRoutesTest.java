package io.quorate.client.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.data.LeaderInfo;
import io.quorate.client.http.engine.Origin;
import io.quorate.client.http.route.Nodes.Choice;
import io.quorate.client.http.route.Nodes.Target;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.token.PartitionCount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which member of a key's group is asked, by what answers have told. */
class GroupRoutesTest {
    private static final long MILLI = 1_000_000;
    private static final Target LED = new Target("b", Bytes.ofUtf8("k"), new Aim.Leader());
    private static final Target ANY = new Target("b", Bytes.ofUtf8("k"), new Aim.Member(100));

    private final Origin a = new Origin("http", "a", 1);
    private final Origin b = new Origin("http", "b", 1);
    private final Origin c = new Origin("http", "c", 1);
    private final Nodes nodes = new Nodes(List.of(a), 3, Duration.ofMillis(10), Duration.ofSeconds(1));
    private long now = 1_000_000 * MILLI;

    @BeforeEach
    void knowTheRing() {
        nodes.use(new RingView(
                1, new PartitionCount(1), Map.of("a", a, "b", b, "c", c), List.of(List.of("a", "b", "c"))));
    }

    private NodeHealth node(Origin origin) {
        return nodes.all().stream()
                .filter(node -> node.origin().equals(origin))
                .findFirst()
                .orElseThrow();
    }

    private void told(Target target, Origin asked, String role, String leader, long term, long lagMillis) {
        Optional<String> named = leader.isEmpty() ? Optional.empty() : Optional.of(leader);
        nodes.told(target, node(asked), new LeaderInfo("", role, named, term, 1, lagMillis, "", 1), now);
    }

    private List<String> order(Target target) {
        Set<NodeHealth> tried = new HashSet<>();
        List<String> order = new ArrayList<>();
        for (Choice choice = nodes.choose(target, true, tried, now);
                choice != null;
                choice = nodes.choose(target, true, tried, now)) {
            tried.add(choice.node());
            order.add(choice.node().origin().host());
        }
        return order;
    }

    @Test
    void homesAreAskedInTheRingsOrderUntilALeaderIsKnown() {
        assertThat(order(LED)).containsExactly("a", "b", "c");

        told(LED, a, "leader", "c", 1, 0);

        assertThat(order(LED)).containsExactly("c", "a", "b");
    }

    @Test
    void theLeaderIsAskedHoweverSlowAndLoadedItIs() {
        told(LED, a, "leader", "c", 1, 0);
        node(a).answered(now, MILLI, false);
        node(c).answered(now, 500 * MILLI, false);
        for (int i = 0; i < 50; i++) {
            node(c).sent();
        }

        assertThat(order(LED).get(0)).isEqualTo("c");
        assertThat(order(new Target("b", Bytes.ofUtf8("k"))).get(0)).isEqualTo("a");
    }

    @Test
    void aStoreThatNamesNoLeaderIsBelievedByItsRole() {
        told(LED, b, "leader", "", 1, 0);

        assertThat(order(LED)).containsExactly("b", "a", "c");
    }

    @Test
    void aLaterTermIsBelievedAndAnEarlierOneNot() {
        told(LED, a, "leader", "b", 5, 0);
        told(ANY, a, "follower", "c", 4, 0);
        assertThat(order(LED).get(0)).isEqualTo("b");

        told(ANY, a, "follower", "c", 6, 0);
        assertThat(order(LED).get(0)).isEqualTo("c");
    }

    @Test
    void whoSaysItselfThatItLeadsNoMoreIsBelieved() {
        told(LED, a, "leader", "b", 5, 0);
        told(ANY, b, "follower", "", 5, 0);
        assertThat(order(LED)).as("nobody is known").containsExactly("a", "b", "c");

        told(LED, a, "leader", "b", 5, 0);
        // As when the whole store was made anew.
        told(LED, b, "leader", "c", 1, 0);
        assertThat(order(LED).get(0)).isEqualTo("c");
    }

    @Test
    void aLeaderThatFailedIsAskedLastUntilItIsHeardOfAsLeading() {
        told(LED, a, "leader", "a", 5, 0);
        nodes.doubt(LED, node(a));
        assertThat(order(LED)).containsExactly("b", "c", "a");

        told(ANY, b, "follower", "a", 5, 0);
        assertThat(order(LED)).as("a follower may not have heard yet").containsExactly("b", "c", "a");

        told(LED, b, "leader", "a", 5, 0);
        assertThat(order(LED)).as("its own word, handed on").containsExactly("a", "b", "c");
    }

    @Test
    void thatAnotherNodeFailedSaysNothingOfTheLeader() {
        told(LED, a, "leader", "b", 5, 0);
        nodes.doubt(LED, node(c));

        assertThat(order(LED).get(0)).isEqualTo("b");
    }

    @Test
    void aLeaderThatIsDownIsPassedOver() {
        told(LED, a, "leader", "b", 5, 0);
        node(b).failed();

        assertThat(order(LED)).containsExactly("a", "c", "b");
    }

    @Test
    void readsOfAnyMemberAreSpreadOverThoseThatAreEquallyFast() {
        node(a).answered(now, MILLI, false);
        node(b).answered(now, MILLI, false);
        node(c).answered(now, 200 * MILLI, false);
        List<String> first = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Choice choice = nodes.choose(ANY, false, Set.of(), now);
            assertThat(choice).isNotNull();
            first.add(choice.node().origin().host());
        }

        assertThat(first).contains("a", "b").doesNotContain("c");
        assertThat(first.stream().filter("a"::equals).count()).isBetween(8L, 22L);
    }

    @Test
    void aMemberThatIsFurtherBehindThanTheReadAllowsIsSparedForAWhile() {
        told(ANY, a, "follower", "c", 1, 500);
        told(ANY, b, "follower", "c", 1, 20);
        Target patient = new Target("b", Bytes.ofUtf8("k"), new Aim.Member(1000));

        for (int i = 0; i < 6; i++) {
            assertThat(order(ANY)).endsWith("a");
        }
        Set<String> first = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            first.add(order(patient).get(0));
        }
        assertThat(first).contains("a", "b", "c");

        now += 2_000 * MILLI;
        first.clear();
        for (int i = 0; i < 6; i++) {
            first.add(order(ANY).get(0));
        }
        assertThat(first).contains("a");
    }

    @Test
    void aMemberThatHadTheLeaderAnswerWasTooFarBehind() {
        told(ANY, a, "leader", "c", 1, 0);

        for (int i = 0; i < 6; i++) {
            assertThat(order(ANY)).endsWith("a");
        }
    }

    @Test
    void aRingWithoutANodeForgetsIt() {
        told(LED, a, "leader", "c", 1, 0);
        nodes.use(new RingView(2, new PartitionCount(1), Map.of("a", a, "b", b), List.of(List.of("a", "b"))));

        assertThat(order(LED)).containsExactly("a", "b");
    }

    @Test
    void withoutARingNothingIsLearned() {
        Nodes strangers = new Nodes(List.of(a, b), 3, Duration.ofMillis(10), Duration.ofSeconds(1));
        NodeHealth first = strangers.all().iterator().next();

        strangers.told(LED, first, new LeaderInfo("", "leader", Optional.of("b"), 1, 1, 0, "", 1), now);
        strangers.doubt(LED, first);

        assertThat(strangers.partitionOf(LED)).isEqualTo(-1);
        assertThat(strangers.choose(LED, true, Set.of(), now)).isEqualTo(new Choice(first, false));
    }
}
