package io.quorate.bench.sim.group;

import com.google.common.collect.ImmutableList;
import io.quorate.bench.check.Operation;
import io.quorate.bench.check.Tag;
import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A client that does one thing after the other, through whatever node, and keeps what it was told. A write whose outcome it does
 * not know it tries again now and then, under the same idempotency key: then that counts as one operation.
 */
final class GroupClient {
    private static final long MILLI = 1_000_000L;
    private static final int TRIES_MAX = 4;

    private final int number;
    private final GroupSimulation world;
    private final Random random;
    private final Map<RecordKey, List<Operation>> history = new HashMap<>();
    private final Map<RecordKey, VersionTag> known = new HashMap<>();
    private int operations;
    private boolean stopped;
    /** The last entry that its session has seen. */
    private @Nullable VersionTag session;

    private @Nullable Doing doing;

    /** What it does now. */
    private static final class Doing {
        private final RecordKey key;
        private final LedRequest request;
        private final Operation operation;
        private final long began;
        private int tries;
        private int number;
        private @Nullable Asked node;

        private Doing(RecordKey key, LedRequest request, Operation operation, long began) {
            this.key = key;
            this.request = request;
            this.operation = operation;
            this.began = began;
        }
    }

    GroupClient(int number, GroupSimulation world, Random random) {
        this.number = number;
        this.world = world;
        this.random = random;
    }

    /** What it was told of a key, in no order. */
    List<Operation> history(RecordKey key) {
        return history.getOrDefault(key, List.of());
    }

    void begin() {
        if (stopped) {
            return;
        }
        RecordKey key = world.keys().get(random.nextInt(world.keys().size()));
        LedRequest request = request(key);
        doing = new Doing(key, request, operation(request), world.now());
        ask();
    }

    /** Does nothing more after what it does now. */
    void stop() {
        stopped = true;
    }

    boolean isIdle() {
        return doing == null;
    }

    private LedRequest request(RecordKey key) {
        int kind = random.nextInt(100);
        if (kind < 40) {
            return new LedRequest.Read(
                    key, random.nextInt(3) == 0 ? ReadLevel.LEASE : ReadLevel.LINEARIZABLE, -1, null);
        }
        if (kind < 50) {
            return new LedRequest.Read(key, ReadLevel.FOLLOWER, -1, session);
        }
        RequestId id = new RequestId(Bytes.ofUtf8(number + "-" + operations++), true);
        LedRequest.Value value =
                new LedRequest.Value(Bytes.ofUtf8(Long.toString(1000L * operations + number)), "text/plain");
        WriteLevel level = random.nextInt(6) == 0 ? WriteLevel.SYNC : WriteLevel.SEMI_SYNC;
        VersionTag tag = known.get(key);
        if (kind < 75) {
            return new LedRequest.Write(key, value, Condition.NONE, level, id);
        }
        if (kind < 80) {
            return new LedRequest.Write(key, null, Condition.NONE, level, id);
        }
        if (tag == null || kind < 86) {
            return new LedRequest.Write(
                    key, value, new Condition(Condition.Kind.NONE_MATCH_ANY, ImmutableList.of()), level, id);
        }
        return new LedRequest.Write(key, value, new Condition(Condition.Kind.MATCH, ImmutableList.of(tag)), level, id);
    }

    private Operation operation(LedRequest request) {
        long now = world.now();
        if (!(request instanceof LedRequest.Write write)) {
            return Operation.read(number, now);
        }
        LedRequest.Value value = write.value();
        Long written = value == null ? null : Long.valueOf(value.bytes().toUtf8());
        if (written == null) {
            return Operation.delete(number, now);
        }
        return switch (write.condition().kind()) {
            case MATCH ->
                Operation.compareAndSet(number, tag(write.condition().tags().get(0)), written, now);
            case NONE_MATCH_ANY -> Operation.create(number, written, now);
            default -> Operation.write(number, written, now);
        };
    }

    private static Tag tag(VersionTag tag) {
        return new Tag(tag.term(), tag.index());
    }

    private void ask() {
        Doing now = doing;
        if (now == null) {
            return;
        }
        now.tries++;
        int attempt = ++now.number;
        Asked node = world.anyNode(random);
        now.node = node;
        world.note("client " + number + " asks " + node + " " + now.request);
        if (!node.isUp()) {
            world.agenda().after(5 * MILLI, () -> failed(now, attempt, Outcome.NOT_APPLIED));
            return;
        }
        node.request(now.request, world.timeoutNanos(), reply -> {
            if (isAt(now, attempt)) {
                replied(now, reply);
            }
        });
        // A node that is paused or dead does not answer, and one that does answers in time.
        world.agenda().after(world.patienceNanos(), () -> failed(now, attempt, Outcome.MAYBE_APPLIED));
    }

    @SuppressWarnings("ReferenceEquality") // What was done before is another, however equal.
    private boolean isAt(Doing now, int attempt) {
        return doing == now && now.number == attempt;
    }

    /** The node that it waits for has died. */
    void died(GroupNode node) {
        Doing now = doing;
        if (now != null && node.equals(now.node)) {
            int attempt = now.number;
            world.agenda().after(MILLI, () -> failed(now, attempt, Outcome.MAYBE_APPLIED));
        }
    }

    private void failed(Doing now, int attempt, Outcome outcome) {
        if (!isAt(now, attempt)) {
            return;
        }
        boolean write = now.request.writes();
        boolean maybe = outcome != Outcome.NOT_APPLIED && write;
        if (maybe && now.tries < TRIES_MAX && random.nextInt(3) > 0 && !stopped) {
            now.number++;
            world.agenda().after(random.nextInt(100) * MILLI, this::ask);
            return;
        }
        // What an earlier try may have done is not undone by a later one that did nothing.
        end(now, maybe || (write && now.tries > 1) ? now.operation : now.operation.notApplied(world.now()));
    }

    private void end(Doing now, Operation told) {
        world.note(told.toString());
        history.computeIfAbsent(now.key, key -> new ArrayList<>()).add(told);
        doing = null;
        world.agenda().after(random.nextInt(60) * MILLI, this::begin);
    }

    private void replied(Doing now, KeyReply reply) {
        long at = world.now();
        if (reply instanceof KeyReply.LedRead read) {
            boolean linearizable = now.request instanceof LedRequest.Read asked && asked.level() != ReadLevel.FOLLOWER;
            VersionTag tag = read.tag();
            Long value = read.value() == null
                    ? null
                    : Long.valueOf(read.value().value().toUtf8());
            seen(read.standing());
            if (tag != null) {
                known.put(now.key, tag);
            }
            world.read();
            end(
                    now,
                    linearizable
                            ? now.operation.shown(value, tag == null ? null : tag(tag), at)
                            : now.operation.notApplied(at));
        } else if (reply instanceof KeyReply.LedWritten written) {
            seen(written.standing());
            known.put(now.key, written.tag());
            world.acknowledged();
            end(now, now.operation.done(tag(written.tag()), at));
        } else if (reply instanceof KeyReply.Refused refused) {
            refused(now, refused, at);
        } else {
            throw new Violation("a request is answered", "with " + reply);
        }
    }

    private void seen(KeyReply.Standing standing) {
        VersionTag before = session;
        if (before != null
                && standing.level().equals(ReadLevel.FOLLOWER.name())
                && standing.seen().isBefore(before)) {
            throw new Violation(
                    "a session never goes back",
                    "client " + number + " had seen " + before + ", and reads " + standing);
        }
        if (before == null || before.isBefore(standing.seen())) {
            session = standing.seen();
        }
    }

    private void refused(Doing now, KeyReply.Refused refused, long at) {
        if (refused.code() == ErrorCode.PRECONDITION_FAILED) {
            VersionTag present = refused.present();
            if (present != null) {
                known.put(now.key, present);
            }
            end(now, now.operation.refused(present == null ? null : tag(present), at));
        } else if (refused.outcome() == Outcome.APPLIED_BELOW_LEVEL) {
            // It stands; what its version is was not told.
            end(now, now.operation);
        } else if (refused.code() == ErrorCode.IDEMPOTENCY_CONFLICT) {
            throw new Violation("one key, one body", "client " + number + " is told of a conflict");
        } else {
            failed(now, now.number, refused.outcome() == null ? Outcome.NOT_APPLIED : refused.outcome());
        }
    }

    @Override
    public String toString() {
        Doing now = doing;
        return "client " + number + (now == null ? " idle" : " since " + now.began + " " + now.request);
    }
}
