package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.hint.HintBook;
import io.quorate.node.protocol.hint.HintRules;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.store.Commit;
import io.quorate.node.protocol.store.Hint;
import io.quorate.node.protocol.store.PartitionStore;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.VersionedObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps writes for homes that could not take them, and hands them over once they can. */
final class HintKeeper {
    private static final long ANSWER_NANOS = 2_000_000_000L;
    private static final long PAUSE_NANOS = 1_000_000_000L;
    private static final int WINDOW_MIN = 4;

    private final Context context;
    private final PartitionStore store;
    private final RetiredActors retired;
    private final HintSettings settings;
    private final HintRules rules;
    private final Map<Long, Delivery> underWay = new LinkedHashMap<>();
    private final Map<NodeId, Course> courses = new HashMap<>();
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private HintBook book;
    private long budget;
    private long budgetAt;
    private boolean outdated;

    private record Delivery(Hint hint, long sentAt) {}

    private record Waiter(long commit, Consumer<@Nullable StorageException> durable) {}

    /** How deliveries to one home go. */
    private static final class Course {
        private int window = WINDOW_MIN;
        private int sent;
        private long pausedUntil;
        private boolean paused;
    }

    HintKeeper(Context context, PartitionStore store, RetiredActors retired, HintSettings settings, HintRules rules) {
        this.retired = retired;
        this.rules = rules;
        this.context = context;
        this.store = store;
        this.settings = settings;
        this.book = opened();
    }

    private HintBook opened() {
        HintBook opened = new HintBook(store, context.rules, rules, context::wallMillis, settings, this::lost);
        if (opened.damaged() > 0) {
            context.corruption(opened.damaged() + " hints cannot be read; what they held reaches its homes only from"
                    + " other homes");
        }
        return opened;
    }

    HintBook book() {
        if (outdated && store.refusal() == null) {
            try {
                book = opened();
                outdated = false;
            } catch (StorageException e) {
                // The disk is not ready yet.
                context.corruption("hints cannot be read: " + e.getMessage());
            }
        }
        return book;
    }

    /** What was kept cannot be read: the home gets it only from other homes. */
    private void lost(NodeId target, RecordKey key) {
        context.corruption("what was kept for " + target + " of " + ReplicaSide.describe(key) + " cannot be read");
        context.behind(target, key.set());
    }

    /** Whether it is certain that nothing is kept of a replica set. */
    boolean keepsNothing(ReplicaSetId set) {
        HintBook open = book();
        return !outdated && open.keepsNothing(set);
    }

    boolean idle() {
        return waiters.isEmpty() && underWay.isEmpty();
    }

    /** Keeps a write for another node's coordinator. */
    void onKeep(NodeId from, PeerMessage.KeepHint keep) {
        if (context.isGone(keep.key().bucket(), keep.key().generation())) {
            ack(from, keep, Status.STALE_BUCKET);
            return;
        }
        if (keep.origin() == Origin.NEW && retired.wrote(keep.key().set(), keep.object())) {
            ack(from, keep, Status.RETIRED);
            return;
        }
        keep(keep.target(), keep.key(), keep.object(), keep.counted(), status -> ack(from, keep, status));
    }

    private void ack(NodeId to, PeerMessage.KeepHint keep, Status status) {
        context.send(to, new PeerMessage.WriteAck(keep.id(), keep.partition(), status));
    }

    /** Keeps a write beside others that levels rest on; false if there is no room for it. */
    boolean keep(NodeId target, RecordKey key, VersionedObject object) {
        boolean[] kept = {true};
        keep(target, key, object, false, status -> kept[0] = status == Status.OK);
        return kept[0];
    }

    /** Keeps a write; told what became of it once it is durable, or cannot be. */
    void keep(NodeId target, RecordKey key, VersionedObject object, boolean counted, Consumer<Status> done) {
        HintBook.Added added;
        try {
            added = book().add(target, key, object, counted);
        } catch (StorageException e) {
            added = new HintBook.Added(HintBook.Outcome.REFUSED, 0);
        }
        switch (added.outcome()) {
            case FULL -> {
                context.happened(Shard.Event.HINT_DROPPED);
                if (!counted) {
                    context.behind(target, key.set());
                }
                done.accept(Status.NO_HINT);
            }
            case REFUSED -> {
                if (!counted) {
                    context.behind(target, key.set());
                }
                done.accept(Status.DISK_FULL);
            }
            case KEPT -> {
                if (added.commit() == 0 || rules.countsBeforeDurable()) {
                    done.accept(Status.OK);
                } else {
                    waiters.add(new Waiter(added.commit(), failure -> {
                        if (failure != null && !counted) {
                            context.behind(target, key.set());
                        }
                        done.accept(failure == null ? Status.OK : Shard.statusOf(failure));
                    }));
                }
            }
        }
    }

    boolean awaits(Commit commit) {
        return book.awaits(commit);
    }

    void durable(Commit commit) {
        if (!book.awaits(commit)) {
            return;
        }
        book.durable(commit.id());
        while (!waiters.isEmpty() && waiters.getFirst().commit() <= commit.id()) {
            waiters.poll().durable().accept(null);
        }
    }

    /** What memory says may not be on the disk: it is read again once the disk takes changes. */
    void fail(StorageException failure) {
        outdated = true;
        book = HintBook.closed(context.rules, rules, context::wallMillis, settings);
        Deque<Waiter> all = new ArrayDeque<>(waiters);
        waiters.clear();
        underWay.clear();
        courses.clear();
        all.forEach(waiter -> waiter.durable().accept(failure));
    }

    /** Hands over what it can to homes that are back and ready. */
    void tick(long now, boolean busy) {
        expire(now);
        long elapsed = Math.min(1_000_000_000L, Math.max(0, now - budgetAt));
        budget = Math.min(settings.bytesPerSecond(), budget + settings.bytesPerSecond() / 1000 * (elapsed / 1_000_000));
        budgetAt = now;
        if (busy || outdated) {
            return;
        }
        book().sweep();
        for (NodeId target : book().targets()) {
            if (context.live.contains(target) && !context.isUnready(target)) {
                deliver(target, now);
            }
        }
    }

    private void deliver(NodeId target, long now) {
        Course course = courses.computeIfAbsent(target, id -> new Course());
        if (course.paused && now - course.pausedUntil < 0) {
            return;
        }
        course.paused = false;
        while (course.sent < course.window && budget > 0) {
            Hint hint;
            try {
                hint = book().next(target);
            } catch (StorageException e) {
                // The disk is not ready; it is tried again.
                course.paused = true;
                course.pausedUntil = now + PAUSE_NANOS;
                return;
            }
            if (hint == null) {
                return;
            }
            RecordKey key = hint.key();
            if (context.isGone(key.bucket(), key.generation())) {
                book().delivered(hint);
                continue;
            }
            long id = context.newId();
            underWay.put(id, new Delivery(hint, now));
            course.sent++;
            budget -= hint.bytes();
            if (rules.endsWhenSent()) {
                book().delivered(hint);
            }
            context.send(
                    target,
                    new PeerMessage.Write(
                            id,
                            key,
                            hint.object(),
                            Origin.COPY,
                            null,
                            (int) (ANSWER_NANOS / 1_000_000),
                            context.ring.epoch()));
        }
    }

    private void expire(long now) {
        for (Iterator<Delivery> each = underWay.values().iterator(); each.hasNext(); ) {
            Delivery delivery = each.next();
            if (now - delivery.sentAt() >= ANSWER_NANOS) {
                each.remove();
                setBack(delivery.hint(), now);
            }
        }
    }

    private void setBack(Hint hint, long now) {
        book().undelivered(hint);
        Course course = courses.computeIfAbsent(hint.target(), id -> new Course());
        course.sent = Math.max(0, course.sent - 1);
        course.window = Math.max(WINDOW_MIN, course.window / 2);
        course.paused = true;
        course.pausedUntil = now + PAUSE_NANOS;
    }

    /** The answer to something that was handed over. */
    void onAck(NodeId from, PeerMessage.WriteAck ack, long now) {
        Delivery delivery = underWay.get(ack.id());
        if (delivery == null || !delivery.hint().target().equals(from)) {
            return;
        }
        underWay.remove(ack.id());
        if (ack.status() == Status.OK || ack.status() == Status.STALE_BUCKET) {
            Course course = courses.computeIfAbsent(from, id -> new Course());
            course.sent = Math.max(0, course.sent - 1);
            course.window = Math.min(settings.window(), course.window + 1);
            book().delivered(delivery.hint());
            deliver(from, now);
        } else {
            setBack(delivery.hint(), now);
        }
    }

    ImmutableMap<NodeId, HintBook.Report> report() {
        return book().report();
    }
}
