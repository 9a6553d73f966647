package io.quorate.client.http;

import io.quorate.client.error.Attempt;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.http.Fault.Kind;
import io.quorate.client.http.Fault.Next;
import io.quorate.client.http.engine.Failure;
import io.quorate.client.http.engine.Loop;
import io.quorate.client.http.route.Aim;
import io.quorate.client.http.route.NodeHealth;
import io.quorate.client.http.route.Nodes.Choice;
import io.quorate.client.http.route.Nodes.Target;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way: a request to the node that suits best, another one elsewhere when that fails, keeps silent or is
 * slower than most, until one is answered or the deadline passes. Requests of one call may be under way at once: the first
 * answer wins, and the others are let run, so that their connections stay of use. On the loop's thread only.
 */
final class Delivery {
    /** Before the same node is asked again, for want of another; doubled each time. */
    private static final long PAUSE_NANOS = 10_000_000;

    private final Exchange exchange;
    private final Courier.Shared shared;
    private final long startNanos;
    private final CompletableFuture<Answer> answer;
    private final Runnable leave;
    private final List<Try> tries = new ArrayList<>(2);
    private final Set<NodeHealth> tried = new HashSet<>(4);
    private @Nullable Fault worst;
    private Loop.@Nullable Timer timer;
    private int pending;
    private boolean pausing;
    private boolean stopped;
    private boolean repeatedFree;
    private boolean over;

    /** Counts the time from here, on the thread of the caller. */
    Delivery(Exchange exchange, Courier.Shared shared, CompletableFuture<Answer> answer, Runnable leave) {
        this.exchange = exchange;
        this.shared = shared;
        this.answer = answer;
        this.leave = leave;
        this.startNanos = System.nanoTime();
    }

    void start() {
        shared.calls++;
        shared.retryBudget.earn();
        shared.hedgeBudget.earn();
        long now = System.nanoTime();
        Choice choice = shared.nodes.choose(exchange.target(), exchange.writes(), tried, now);
        if (choice == null || leftNanos(now) <= 0) {
            fail(new Fault(
                    Kind.UNAVAILABLE,
                    Next.STOP,
                    Problem.of(
                            Problem.CLIENT_OVERLOADED,
                            0,
                            "the deadline passed before the request could be sent",
                            Outcome.NOT_APPLIED),
                    null));
            return;
        }
        send(choice, false, now);
        armHedge(now);
    }

    private long leftNanos(long now) {
        return exchange.timeout().toNanos() - (now - startNanos);
    }

    private void send(Choice choice, boolean hedge, long now) {
        NodeHealth node = choice.node();
        Try request = new Try(this, node, choice.trial(), hedge, now);
        tries.add(request);
        tried.add(node);
        pending++;
        node.sent();
        long left = leftNanos(now);
        long deadline = now + left + shared.config.allowance().toNanos();
        long leftMillis = Math.max(1, (left + 999_999) / 1_000_000);
        int partition = shared.nodes.partitionOf(exchange.target());
        request.sent(shared.engine(node.origin())
                .send(node.origin(), exchange.toNode(leftMillis, partition), deadline, request));
    }

    // ---------------------------------------------------------------- time

    private void armHedge(long now) {
        long quantile = exchange.mayBeHedged()
                ? shared.readTimes.quantile(shared.config.hedging().quantile())
                : -1;
        long delay = Math.max(quantile, shared.config.hedging().delayMin().toNanos());
        if (quantile < 0 || shared.config.hedging().budgetShare() == 0 || delay >= patienceNanos()) {
            armPatience(now);
        } else {
            arm(now + delay, this::hedge);
        }
    }

    private void hedge() {
        long now = System.nanoTime();
        Choice choice = another(now);
        if (choice != null && leftNanos(now) > 0 && mayTryMore()) {
            if (shared.hedgeBudget.spend()) {
                send(choice, true, now);
            } else {
                shared.hedgesDenied++;
            }
        }
        armPatience(now);
    }

    private void armPatience(long now) {
        if (exchange.repeatable()) {
            arm(now + patienceNanos(), this::patienceEnds);
        }
    }

    /** How long a node may be silent: a share of the deadline, shorter if that is long, longer if the store is slow. */
    private long patienceNanos() {
        RetrySettings retries = shared.config.retries();
        long share = (long) (exchange.timeout().toNanos() * retries.patienceShare());
        long usual = 3 * shared.callTimes.quantile(0.99);
        return Math.min(share, Math.max(retries.patienceMax().toNanos(), usual));
    }

    private void patienceEnds() {
        long now = System.nanoTime();
        for (Try request : tries) {
            if (request.isPending() && request.node().silentSince(request.sentNanos())) {
                shared.prober.watch(request.node());
            }
            if (request.isPending()) {
                doubt(request);
            }
        }
        Choice choice = another(now);
        if (choice != null && leftNanos(now) > 0 && mayTryMore()) {
            if (spendRetry()) {
                send(choice, false, now);
            }
            // Else later, when there is a budget again.
            armPatience(now);
        }
    }

    private void arm(long nanoTime, Runnable action) {
        stopTimer();
        timer = shared.loop.at(nanoTime, action);
    }

    private void stopTimer() {
        Loop.Timer set = timer;
        if (set != null) {
            set.stop();
        }
    }

    // ---------------------------------------------------------------- answers

    void answered(Try request, Answer reply, long now) {
        if (reply.status() >= 400) {
            Fault fault = Faults.of(reply, exchange);
            restrain(request.node(), reply, fault, now);
            if (reply.status() >= 500) {
                doubt(request);
            }
            request.ended(
                    fault, "status " + reply.status() + " " + fault.problem().code(), now);
            if (!over) {
                pending--;
                failed(fault, now);
            }
            return;
        }
        request.ended(null, "status " + reply.status(), now);
        learn(request, reply, now);
        if (over) {
            return;
        }
        pending--;
        spareTheCutOff(now);
        long took = now - startNanos;
        shared.callTimes.add(took);
        if (exchange.mayBeHedged()) {
            shared.readTimes.add(took);
        }
        shared.ring.sawEpoch(ResultHeader.epoch(reply), now);
        finish(request, "ok");
        answer.complete(new Answer(reply.reply(), attempts(now)));
    }

    /** Answers of leader buckets tell who leads, and how far behind the others are. */
    private void learn(Try request, Answer reply, long now) {
        Target target = exchange.target();
        if (target != null && target.aim().isGroups()) {
            ResultHeader.tryLed(reply).ifPresent(info -> shared.nodes.told(target, request.node(), info, now));
        }
    }

    /** Whoever did not serve what only a leader can may lead no more. */
    private void doubt(Try request) {
        Target target = exchange.target();
        if (target != null && target.aim() instanceof Aim.Leader) {
            shared.nodes.doubt(target, request.node());
        }
    }

    /** What one node could not do and another could says something of the first: perhaps it is cut off, or starting. */
    private void spareTheCutOff(long now) {
        for (Try request : tries) {
            if (request.endedWith(503)) {
                request.node()
                        .busyUntil(now + shared.config.routing().probeInterval().toNanos());
            }
        }
    }

    /** A node that says what it cannot do now is spared it for a while. */
    private void restrain(NodeHealth node, Answer reply, Fault fault, long now) {
        long interval = shared.config.routing().probeInterval().toNanos();
        if (reply.status() == 429) {
            node.busyUntil(now + Problems.retryAfter(reply).toNanos());
        } else if (reply.status() == 507) {
            node.fullUntil(now + interval);
        } else if (fault.isOfTheNode()) {
            node.busyUntil(now + interval);
        }
    }

    void failed(Try request, Failure failure, long now) {
        Fault fault = Faults.of(failure, exchange, shared.config);
        request.ended(fault, failure.what(), now);
        if (failure.kind() != Failure.Kind.CROWDED) {
            doubt(request);
        }
        switch (failure.kind()) {
            case UNREACHABLE, BROKEN -> {
                request.node().failed();
                shared.prober.watch(request.node());
            }
            case LATE -> {
                if (failure.sent() && request.node().silentSince(request.sentNanos())) {
                    shared.prober.watch(request.node());
                }
            }
            case CROWDED, BAD_ANSWER, BAD_REQUEST, CLOSED -> request.node().answeredBadly();
        }
        if (!over) {
            pending--;
            failed(fault, now);
        }
    }

    private void failed(Fault fault, long now) {
        Fault before = worst;
        if (before == null || fault.tellsMoreThan(before)) {
            worst = fault;
        }
        stopped |= fault.next() == Next.STOP;
        if (fault.isDecided()) {
            fail(fault);
            return;
        }
        if (pausing) {
            return;
        }
        if (pending == 0) {
            if (!goOn(fault, now)) {
                fail(worst == null ? fault : worst);
            }
        } else if (tries.stream().allMatch(request -> !request.isPending() || isSilent(request, now))) {
            // Those that are still under way have kept silent for too long to rely on.
            var unused = goOn(fault, now);
        }
    }

    private boolean isSilent(Try request, long now) {
        return now - request.sentNanos() > patienceNanos();
    }

    /** Sends the request again, now or after a pause; false if that is of no use or not allowed. */
    private boolean goOn(Fault fault, long now) {
        // A connection that breaks takes its request with it, and a refusal at once costs next to nothing, so one
        // repeat
        // leaves the store no more to do than before.
        boolean free = fault.next() == Next.ELSEWHERE_FREE
                || ((fault.next() == Next.REPEAT || fault.isRefusedAtOnce()) && !repeatedFree);
        boolean counted = fault.next() != Next.ELSEWHERE_FREE;
        if (stopped || leftNanos(now) <= 0 || (counted && !mayTryMore())) {
            return false;
        }
        Choice choice = shared.nodes.choose(exchange.target(), exchange.writes(), tried, now);
        if (choice != null) {
            if (!free && !spendRetry()) {
                return false;
            }
            if (free && counted) {
                repeatedFree = true;
                shared.retries++;
            }
            send(choice, false, now);
            armPatience(now);
            return true;
        }
        return pending == 0 && fault.next() == Next.REPEAT && repeatLater(now);
    }

    /** No other node is left: the same again, after a pause. */
    private boolean repeatLater(long now) {
        long pause = PAUSE_NANOS << Math.min(10, tries.size() - 1);
        if (leftNanos(now) <= pause || !spendRetry()) {
            return false;
        }
        pausing = true;
        arm(now + pause, () -> {
            pausing = false;
            tried.clear();
            long later = System.nanoTime();
            Choice choice = shared.nodes.choose(exchange.target(), exchange.writes(), tried, later);
            if (choice != null) {
                send(choice, false, later);
                armPatience(later);
            } else if (worst != null) {
                fail(worst);
            }
        });
        return true;
    }

    private @Nullable Choice another(long now) {
        return exchange.repeatable() ? shared.nodes.chooseWell(exchange.target(), exchange.writes(), tried, now) : null;
    }

    private boolean mayTryMore() {
        long counted = tries.stream().filter(Try::isCounted).count();
        return counted < shared.config.retries().attemptsMax();
    }

    private boolean spendRetry() {
        if (shared.retryBudget.spend()) {
            shared.retries++;
            return true;
        }
        shared.retriesDenied++;
        return false;
    }

    // ---------------------------------------------------------------- ends

    private void fail(Fault fault) {
        long now = System.nanoTime();
        shared.failed++;
        QuorateException failure = fault.toException(attempts(now));
        finish(null, fault.problem().code());
        answer.completeExceptionally(failure);
    }

    private void finish(@Nullable Try winner, String code) {
        over = true;
        stopTimer();
        for (Try request : tries) {
            request.release();
            if (request.isHedge()) {
                if (request == winner) {
                    shared.hedgesWon++;
                } else {
                    shared.hedgesLost++;
                }
            }
        }
        long took = System.nanoTime() - startNanos;
        shared.hears(listener -> listener.callEnded(exchange.method(), code, tries.size(), took));
        leave.run();
    }

    private List<Attempt> attempts(long now) {
        List<Attempt> attempts = new ArrayList<>(tries.size());
        for (Try request : tries) {
            attempts.add(request.toAttempt(exchange.unknown(), now));
        }
        return attempts;
    }

    /** Tells of a request that ended, also after the call. */
    void tell(Try request, int status, long now) {
        shared.hears(listener -> listener.attemptEnded(
                request.node().origin().toString(), exchange.method(), status, now - request.sentNanos()));
    }
}
