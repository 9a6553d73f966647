package io.quorate.node.door;

import io.quorate.node.config.NodeConfig;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.ring.wire.ErrorCode;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides what a node takes on. Two limits are fixed: requests in flight and the bytes of their bodies. The third adapts:
 * how many requests may wait for the data plane, found by {@link QueueLimit} from how long they did wait. What waits for
 * another node or for the disk counts against the fixed limits only.
 *
 * <p>Safe from any thread, and cheap where it refuses: no lock, no formatting of numbers, no allocation beyond the refusal.
 */
final class Admission {
    private static final String REFUSALS = "quorate.refusals";

    private final NodeConfig.Limits limits;
    private final NodeMetrics metrics;
    private final QueueLimit queueLimit;
    private final long targetNanos;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong bytesInFlight = new AtomicLong();
    private volatile int queueMax;
    private volatile long lastWait;
    private volatile boolean closed;

    Admission(NodeConfig.Limits limits, QueueLimit.Settings queue, NodeMetrics metrics) {
        this.limits = limits;
        this.metrics = metrics;
        this.queueLimit = new QueueLimit(queue.within(limits.requestsInFlight()));
        this.targetNanos = queue.targetNanos();
        this.queueMax = queueLimit.limit();
    }

    /** One admitted request: it waits, is taken up, and ends. */
    final class Ticket {
        private final int bytes;
        private final long timeoutNanos;
        private final AtomicBoolean waits = new AtomicBoolean(true);
        private final AtomicBoolean open = new AtomicBoolean(true);
        private volatile boolean late;

        private Ticket(int bytes, long timeoutNanos) {
            this.bytes = bytes;
            this.timeoutNanos = timeoutNanos;
        }

        /**
         * To be called on the data plane's thread. False if the request has waited in a standing queue until half of its time
         * was gone: it could be begun and not ended in time, and the ones behind it would wait for that.
         */
        boolean takenUp(long waitedNanos, long now) {
            if (!waits.compareAndSet(true, false)) {
                return true;
            }
            waiting.decrementAndGet();
            queueMax = queueLimit.takenUp(waitedNanos, now);
            lastWait = waitedNanos;
            boolean spent = waitedNanos >= Math.max(targetNanos, timeoutNanos / 2);
            late = spent || waitedNanos >= timeoutNanos;
            if (late) {
                metrics.count(REFUSALS, "cause", "queue-delay");
            }
            return !spent;
        }

        /** Gives back what the request took; true the first time. */
        boolean end() {
            if (!open.compareAndSet(true, false)) {
                return false;
            }
            if (waits.compareAndSet(true, false)) {
                waiting.decrementAndGet();
            }
            inFlight.decrementAndGet();
            bytesInFlight.addAndGet(-bytes);
            return true;
        }

        /** Whether it was taken up too late to be begun. */
        boolean late() {
            return late;
        }
    }

    /**
     * Refuses what would be refused now, before anything is read or parsed for it.
     *
     * @throws RefusedException if a request without a body would not be admitted
     */
    void check() {
        if (closed) {
            throw stopping();
        }
        if (inFlight.get() >= limits.requestsInFlight()) {
            throw tooMany();
        }
        if (waiting.get() >= queueMax) {
            throw behind();
        }
    }

    /**
     * Lets a request in.
     *
     * @param timeoutNanos from now; a request that would wait longer is refused
     * @throws RefusedException if there is no room
     */
    Ticket admit(int bytes, long timeoutNanos) {
        if (closed) {
            throw stopping();
        }
        if (inFlight.incrementAndGet() > limits.requestsInFlight()) {
            inFlight.decrementAndGet();
            throw tooMany();
        }
        if (bytesInFlight.addAndGet(bytes) > limits.bytesInFlight()) {
            bytesInFlight.addAndGet(-bytes);
            inFlight.decrementAndGet();
            throw tooLarge();
        }
        int before = waiting.getAndIncrement();
        if (before >= queueMax || (before > 0 && lastWait >= timeoutNanos)) {
            waiting.decrementAndGet();
            bytesInFlight.addAndGet(-bytes);
            inFlight.decrementAndGet();
            throw behind();
        }
        return new Ticket(bytes, timeoutNanos);
    }

    /**
     * Makes room for a body that is still to come.
     *
     * @return gives the room back
     * @throws RefusedException if there is none
     */
    Runnable reserve(long bytes) {
        if (bytesInFlight.addAndGet(bytes) > limits.bytesInFlight()) {
            bytesInFlight.addAndGet(-bytes);
            throw tooLarge();
        }
        AtomicBoolean held = new AtomicBoolean(true);
        return () -> {
            if (held.compareAndSet(true, false)) {
                bytesInFlight.addAndGet(-bytes);
            }
        };
    }

    private RefusedException stopping() {
        metrics.count(REFUSALS, "cause", "stopping");
        return new RefusedException(ErrorCode.UNAVAILABLE, "this node is stopping; use another");
    }

    private RefusedException tooMany() {
        metrics.count(REFUSALS, "cause", "in-flight");
        return new RefusedException(
                ErrorCode.OVERLOADED,
                "this node has as many requests in flight as it may; retry after a moment, or use another node");
    }

    private RefusedException tooLarge() {
        metrics.count(REFUSALS, "cause", "bytes-in-flight");
        return new RefusedException(
                ErrorCode.OVERLOADED,
                "this node has as many bytes of bodies in flight as it may; retry after a moment, or use another node");
    }

    private RefusedException behind() {
        metrics.count(REFUSALS, "cause", "queue-limit");
        return new RefusedException(
                ErrorCode.OVERLOADED,
                "this node is behind with the requests it has taken; retry after a moment, or use another node");
    }

    void close() {
        closed = true;
    }

    int inFlight() {
        return inFlight.get();
    }

    long bytesInFlight() {
        return bytesInFlight.get();
    }

    /** Requests that wait for the data plane. */
    int waiting() {
        return waiting.get();
    }

    /** How many may wait now. */
    int limit() {
        return queueMax;
    }
}
