package io.quorate.node.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.config.NodeConfig;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is let in, what is refused and why, and what is given back. */
final class AdmissionTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    private final NodeMetrics metrics = new NodeMetrics("n1");
    private final Admission admission = new Admission(
            new NodeConfig.Limits(100, 4, 1_000, 10), new QueueLimit.Settings(2, 3, SECOND / 20, SECOND / 10), metrics);

    @AfterEach
    void end() {
        metrics.close();
    }

    private void refused(String cause, ThrowingCallable attempt) {
        double before = counted(cause);
        assertThatThrownBy(attempt).isInstanceOfSatisfying(RefusedException.class, refusal -> {
            assertThat(refusal.refusal().code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(refusal.refusal().outcome()).isEqualTo(Outcome.NOT_APPLIED);
        });
        assertThat(counted(cause)).isEqualTo(before + 1);
    }

    private double counted(String cause) {
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith("quorate_refusals_total{cause=\"" + cause + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf('}') + 1)))
                .sum();
    }

    private Admission.Ticket taken(int bytes) {
        Admission.Ticket ticket = admission.admit(bytes, SECOND);
        ticket.takenUp(0, 0);
        return ticket;
    }

    @Test
    void requestsInFlightAreBoundedHoweverLongTheyHaveBeenTakenUp() {
        List<Admission.Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tickets.add(taken(0));
        }
        refused("in-flight", admission::check);
        refused("in-flight", () -> admission.admit(0, SECOND));
        assertThat(tickets.get(0).end()).isTrue();
        admission.check();
        taken(0);
        assertThat(admission.inFlight()).isEqualTo(4);
    }

    @Test
    void bytesInFlightAreBoundedTogetherWithThoseStillToCome() {
        Admission.Ticket ticket = taken(600);
        Runnable room = admission.reserve(400);
        refused("bytes-in-flight", () -> admission.reserve(1));
        refused("bytes-in-flight", () -> admission.admit(1, SECOND));
        room.run();
        room.run();
        assertThat(admission.bytesInFlight()).isEqualTo(600);
        ticket.end();
        ticket.end();
        assertThat(admission.bytesInFlight()).isZero();
        assertThat(admission.inFlight()).isZero();
    }

    @Test
    void requestsThatWaitAreBoundedApartFromThoseInFlight() {
        List<Admission.Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tickets.add(admission.admit(0, SECOND));
        }
        refused("queue-limit", admission::check);
        refused("queue-limit", () -> admission.admit(0, SECOND));
        assertThat(admission.inFlight()).isEqualTo(3);
        tickets.get(0).takenUp(0, 0);
        admission.admit(0, SECOND);
    }

    @Test
    void whatWaitsForAnotherNodeDoesNotLowerTheLimit() {
        for (int i = 0; i < 4; i++) {
            taken(0);
        }
        assertThat(admission.waiting()).isZero();
        assertThat(admission.limit()).isEqualTo(3);
    }

    @Test
    void longWaitsLowerTheLimitToItsFloor() {
        for (int i = 0; i < 20; i++) {
            Admission.Ticket ticket = admission.admit(0, SECOND);
            ticket.takenUp(SECOND / 2, i * SECOND / 10);
            ticket.end();
        }
        assertThat(admission.limit()).isEqualTo(2);
    }

    @Test
    void aRequestThatWouldWaitLongerThanItsTimeIsNotLetIn() {
        admission.admit(0, SECOND).takenUp(SECOND / 2, 0);
        Admission.Ticket waits = admission.admit(0, SECOND);
        refused("queue-limit", () -> admission.admit(0, SECOND / 4));
        waits.end();
        // Nobody waits any more, so how long the last one did tells nothing.
        admission.admit(0, SECOND / 4);
    }

    @Test
    void aRequestThatIsTakenUpWithHalfOfItsTimeGoneIsNotBegun() {
        Admission.Ticket ticket = admission.admit(0, SECOND);
        assertThat(ticket.takenUp(SECOND / 2, 0)).isFalse();
        assertThat(ticket.late()).isTrue();
        assertThat(counted("queue-delay")).isEqualTo(1);
        ticket.end();
        assertThat(admission.admit(0, SECOND).takenUp(SECOND / 2 - 1, 0)).isTrue();
    }

    @Test
    void aShortTimeThatPassesInAShortQueueIsNoOverload() {
        Admission.Ticket ticket = admission.admit(0, MILLI);
        assertThat(ticket.takenUp(2 * MILLI, 0))
                .as("it is the data plane that answers")
                .isTrue();
        assertThat(ticket.late()).isTrue();
        assertThat(counted("queue-delay")).isEqualTo(1);
    }

    @Test
    void aNodeThatStopsTakesNothing() {
        admission.close();
        assertThatThrownBy(admission::check)
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refusal -> assertThat(refusal.refusal().code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(counted("stopping")).isEqualTo(1);
    }
}
