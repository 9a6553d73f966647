package io.quorate.client.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodesTest {
    private static final long MILLI = 1_000_000;
    private static final Target KEY = new Target("b", Bytes.ofUtf8("k"));

    private final Origin a = new Origin("http", "a", 1);
    private final Origin b = new Origin("http", "b", 1);
    private final Origin c = new Origin("http", "c", 1);
    private final Nodes nodes = new Nodes(List.of(a, b), 3, Duration.ofMillis(10), Duration.ofSeconds(1));
    private long now = 1_000_000 * MILLI;

    private RingView ring(List<String> homes) {
        return new RingView(1, new PartitionCount(1), Map.of("a", a, "b", b, "c", c), List.of(homes));
    }

    private NodeHealth node(Origin origin) {
        return nodes.all().stream()
                .filter(node -> node.origin().equals(origin))
                .findFirst()
                .orElseThrow();
    }

    /** All nodes in the order in which one call would try them. */
    private List<String> order(boolean write) {
        Set<NodeHealth> tried = new HashSet<>();
        List<String> order = new ArrayList<>();
        for (Choice choice = nodes.choose(KEY, write, tried, now);
                choice != null;
                choice = nodes.choose(KEY, write, tried, now)) {
            tried.add(choice.node());
            order.add(choice.node().origin().host());
        }
        return order;
    }

    @Test
    void withoutARingContactPointsAreTakenInTheirOrder() {
        assertThat(order(false)).containsExactly("a", "b");
    }

    @Test
    void homesComeFirstThenOtherMembers() {
        nodes.use(ring(List.of("c", "b")));

        assertThat(order(true)).containsExactly("c", "b", "a");
    }

    @Test
    void aNodeThatIsDownComesLastUntilItIsUp() {
        nodes.use(ring(List.of("c", "b")));
        node(c).failed();
        assertThat(order(true)).containsExactly("b", "a", "c");

        node(c).up();
        assertThat(order(true)).containsExactly("c", "b", "a");
    }

    @Test
    void aBusyNodeIsSparedForItsTimeAndAFullOneForWrites() {
        node(a).busyUntil(now + 5 * MILLI);
        assertThat(order(false)).containsExactly("b", "a");
        now += 6 * MILLI;
        assertThat(order(false)).containsExactly("a", "b");

        node(a).fullUntil(now + 5 * MILLI);
        assertThat(order(true)).containsExactly("b", "a");
        assertThat(order(false)).containsExactly("a", "b");
    }

    @Test
    void silenceMeansDownUnlessOthersWereAnsweredMeanwhile() {
        NodeHealth node = node(a);
        node.answered(now, MILLI, false);
        assertThat(node.silentSince(now - MILLI)).isFalse();
        assertThat(node.isDown()).isFalse();
        assertThat(node.silentSince(now + MILLI)).isTrue();
        assertThat(node.isDown()).isTrue();
    }

    @Test
    void aSlowNodeIsTriedOnceInAWhileAndOneFastAnswerBringsItBack() {
        node(a).answered(now, 200 * MILLI, false);
        node(b).answered(now, 2 * MILLI, false);
        int toSlow = 0;
        for (int i = 0; i < 300; i++) {
            now += 10 * MILLI;
            Choice choice = nodes.choose(null, false, Set.of(), now);
            assertThat(choice).isNotNull();
            if (choice.trial()) {
                assertThat(choice.node()).isSameAs(node(a));
                toSlow++;
            }
        }
        assertThat(toSlow).isEqualTo(2);

        node(a).answered(now, 3 * MILLI, true);
        assertThat(order(false)).containsExactly("a", "b");
    }

    @Test
    void aNodeThatIsPassedOverThoughNotSlowIsTriedOnceInAWhileToo() {
        node(a).answered(now, 6 * MILLI, false);
        node(b).answered(now, MILLI, false);
        assertThat(order(false)).as("passed over").containsExactly("b", "a");

        now += 2_000 * MILLI;
        Choice choice = nodes.choose(null, false, Set.of(), now);

        assertThat(choice).isEqualTo(new Choice(node(a), true));
        node(a).answered(now, MILLI, true);
        assertThat(order(false)).containsExactly("a", "b");
    }

    @Test
    void aCrowdedHomeLeavesWorkToTheNext() {
        nodes.use(ring(List.of("a", "b")));
        node(a).answered(now, 4 * MILLI, false);
        node(b).answered(now, 4 * MILLI, false);
        node(c).answered(now, 4 * MILLI, false);
        assertThat(order(false).get(0)).isEqualTo("a");

        for (int i = 0; i < 5; i++) {
            node(a).sent();
        }
        assertThat(order(false).get(0)).isEqualTo("b");
    }

    @Test
    void ringsThatDoNotFitTogetherAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ring(List.of("z")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RingView(1, new PartitionCount(2), Map.of("a", a), List.of(List.of("a"))));
    }

    @Test
    void budgetsGrowWithTheWorkAndNoFurtherThanTheirBurst() {
        TokenBucket budget = new TokenBucket(0.2, 2);
        assertThat(List.of(budget.spend(), budget.spend(), budget.spend())).containsExactly(true, true, false);
        for (int i = 0; i < 5; i++) {
            budget.earn();
        }
        assertThat(List.of(budget.spend(), budget.spend())).containsExactly(true, false);
        for (int i = 0; i < 100; i++) {
            budget.earn();
        }
        assertThat(List.of(budget.spend(), budget.spend(), budget.spend())).containsExactly(true, true, false);
    }

    @Test
    void quantilesAreThoseOfTheLastAnswers() {
        RecentTimes times = new RecentTimes();
        times.add(5);
        assertThat(times.quantile(0.95)).isEqualTo(-1);
        for (int i = 1; i <= 1024; i++) {
            times.add(i <= 512 ? 1_000_000 : i - 512);
        }
        assertThat(times.quantile(0.5)).isBetween(200L, 300L);
        assertThat(times.quantile(0.95)).isBetween(430L, 512L);
    }
}
