package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.pace.AnswerTimes;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decides who coordinates a request: this node if it is a home, else the home that lately answered fastest. */
final class Routing {
    private Routing() {}

    /** A request that this node took from a client. */
    static void start(Context context, KeyRequest taken, long now, long deadline, Consumer<KeyReply> reply) {
        KeyAddress address = taken.address();
        List<NodeId> homes = context.homes(address.partition(), address.n());
        KeyRequest request = homes.contains(context.self) || !undoesWhatComesBetween(taken) ? taken : taken.keyed();
        KeyReply.Refused refused = refusal(context, request, homes);
        if (refused != null) {
            reply.accept(refused);
            return;
        }
        List<NodeId> coordinators = new ArrayList<>();
        for (NodeId home : homes) {
            if (context.live.contains(home)) {
                coordinators.add(home);
            }
        }
        // Retries of one idempotency key meet at the same home; other requests stay here if this is a home.
        if (!isExplicit(request)) {
            coordinators = context.stalledLast(coordinators);
            if (coordinators.remove(context.self)) {
                coordinators.add(0, context.self);
            } else {
                AnswerTimes.Ranking ranked = context.forwardTimes.rank(coordinators, context::isAskedLast, now);
                coordinators = ranked.order();
                if (ranked.even() < coordinators.size()) {
                    context.probe(
                            coordinators.subList(ranked.even(), coordinators.size()),
                            address.record(),
                            context.forwardTimes,
                            now,
                            deadline);
                }
            }
        }
        if (coordinators.isEmpty() && mayStandIn(context, request, homes)) {
            if (request instanceof KeyRequest.Get get) {
                ReadTask.start(context, get, now, deadline, done -> reply.accept(shown(address, done)));
            } else {
                FallbackWriteTask.start(context, request, homes, now, deadline, reply);
            }
            return;
        }
        if (coordinators.isEmpty() && request instanceof KeyRequest.Explain explain) {
            // Nobody who holds the key can be asked, which is what there is to tell.
            ExplainTask.start(context, explain, homes, now, deadline, reply);
            return;
        }
        new ForwardTask(context, request, coordinators, isExplicit(request), now, deadline, reply).next(now);
    }

    /** A request that this node is to coordinate now, its own or a forwarded one. */
    static void coordinate(Context context, KeyRequest request, long now, long deadline, Consumer<KeyReply> reply) {
        KeyAddress address = request.address();
        List<NodeId> homes = context.homes(address.partition(), address.n());
        if (!homes.contains(context.self)) {
            reply.accept(KeyReply.Refused.of(
                    ErrorCode.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    context.self + " is no home of partition " + address.partition() + " in its epoch "
                            + context.ring.epoch()));
            return;
        }
        KeyReply.Refused refused = refusal(context, request, homes);
        if (refused == null) {
            refused = stalled(context, request, homes, now);
        }
        if (refused != null) {
            reply.accept(refused);
        } else if (now >= deadline && !(request instanceof KeyRequest.Explain)) {
            reply.accept(expired(request));
        } else if (request instanceof KeyRequest.Get get) {
            ReadTask.start(context, get, now, deadline, done -> reply.accept(shown(address, done)));
        } else if (request instanceof KeyRequest.Put put) {
            WriteTask.start(context, put, false, homes, now, deadline, reply);
        } else if (request instanceof KeyRequest.Delete delete) {
            startDelete(context, delete, homes, now, deadline, reply);
        } else if (request instanceof KeyRequest.Explain explain) {
            ExplainTask.start(context, explain, homes, now, deadline, reply);
        } else {
            throw new IllegalStateException("no coordinator for " + request.getClass());
        }
    }

    /**
     * What a reader is shown of an answer. Where the last writer wins it is the winner alone; its context covers the losers
     * too, since the reader was shown what they came to, so his next write removes them. Times are for such buckets only.
     */
    private static KeyReply shown(KeyAddress address, KeyReply reply) {
        if (!(reply instanceof KeyReply.ReadDone done)) {
            return reply;
        }
        KeyState state = done.state();
        if (!address.lastWriterWins()) {
            return state.context().time().isNone()
                    ? reply
                    : new KeyReply.ReadDone(
                            new KeyState(state.versions(), state.context().withoutTime()), done.reached());
        }
        KeyState decided = state.decided();
        return new KeyReply.ReadDone(
                decided, done.reached().withSiblings(decided.versions().size()));
    }

    /** Rule V4: a delete without a context removes what a read at its level sees. */
    private static void startDelete(
            Context context,
            KeyRequest.Delete delete,
            List<NodeId> homes,
            long now,
            long deadline,
            Consumer<KeyReply> reply) {
        if (delete.seen() != null) {
            WriteTask.start(context, delete, false, homes, now, deadline, reply);
            return;
        }
        KeyRequest.Get get = new KeyRequest.Get(delete.address(), delete.need());
        ReadTask.start(context, get, now, deadline, read -> {
            if (read instanceof KeyReply.ReadDone done) {
                KeyRequest.Delete pinned = new KeyRequest.Delete(
                        delete.address(), delete.need(), done.state().context(), delete.request());
                context.later(later -> {
                    if (later >= deadline) {
                        reply.accept(expired(delete));
                    } else {
                        WriteTask.start(context, pinned, true, homes, later, deadline, reply);
                    }
                });
            } else {
                reply.accept(read);
            }
        });
    }

    /** The answer to what was not begun in its time, because it or this node was held up. */
    static KeyReply.Refused expired(KeyRequest request) {
        boolean write = isWrite(request);
        return new KeyReply.Refused(
                write ? ErrorCode.UNAVAILABLE : ErrorCode.TIMEOUT,
                Outcome.NOT_APPLIED,
                "the deadline passed before a home of the key had begun with the request; retry",
                request.need(),
                0,
                ImmutableList.of(),
                null);
    }

    private static KeyReply.@Nullable Refused refusal(Context context, KeyRequest request, List<NodeId> homes) {
        KeyAddress address = request.address();
        if (context.isGone(address.record().bucket(), address.record().generation())) {
            return KeyReply.Refused.of(
                    ErrorCode.NO_SUCH_BUCKET,
                    Outcome.NOT_APPLIED,
                    "bucket " + address.record().bucket() + " has been deleted");
        }
        if (request instanceof KeyRequest.Explain) {
            return null;
        }
        int up = 0;
        ImmutableList.Builder<KeyReply.ReplicaResult> down = ImmutableList.builder();
        List<String> names = new ArrayList<>();
        for (NodeId home : homes) {
            if (context.live.contains(home)) {
                up++;
            } else {
                down.add(new KeyReply.ReplicaResult(home, "unreachable", 0));
                names.add(home.value());
            }
        }
        int standing = up < request.need() && request.address().sloppy()
                ? Math.min(
                        homes.size() - up,
                        context.fallbacks(address.record().set()).size())
                : 0;
        if (up + standing >= request.need()) {
            return null;
        }
        return new KeyReply.Refused(
                ErrorCode.UNAVAILABLE,
                Outcome.NOT_APPLIED,
                "the level needs " + request.need() + " of the homes " + homes + ", but " + String.join(", ", names)
                        + (names.size() == 1 ? " is" : " are")
                        + " unreachable; use a lower level or wait for "
                        + (names.size() == 1 ? "it" : "them"),
                request.need(),
                0,
                down.build(),
                null);
    }

    /** Whether this node, being no home, may take a write for which no home can be reached. */
    private static boolean mayStandIn(Context context, KeyRequest request, List<NodeId> homes) {
        // Without a context a delete removes what its level reads, and there is nobody to read from.
        return request.address().sloppy()
                && !homes.contains(context.self)
                && (request instanceof KeyRequest.Put
                        || request instanceof KeyRequest.Get
                        || (request instanceof KeyRequest.Delete delete && delete.seen() != null));
    }

    private static boolean isWrite(KeyRequest request) {
        return request instanceof KeyRequest.Put || request instanceof KeyRequest.Delete;
    }

    /** What needs a home that answers nothing would wait until its deadline, and many would. */
    private static KeyReply.@Nullable Refused stalled(
            Context context, KeyRequest request, List<NodeId> homes, long now) {
        if (request instanceof KeyRequest.Explain) {
            return null;
        }
        int answering = 0;
        ImmutableList.Builder<KeyReply.ReplicaResult> silent = ImmutableList.builder();
        List<NodeId> names = new ArrayList<>();
        for (NodeId home : homes) {
            if (context.stalls.isStalled(home, now)) {
                silent.add(new KeyReply.ReplicaResult(home, "overloaded", 0));
                names.add(home);
            } else if (context.live.contains(home)) {
                answering++;
            }
        }
        if (request.address().sloppy() && isWrite(request)) {
            // Others stand in for homes that are silent.
            return null;
        }
        if (names.isEmpty() || answering >= request.need() || context.stalls.mayProbe(names.get(0), now)) {
            return null;
        }
        context.happened(Shard.Event.STALLED_HOME);
        return new KeyReply.Refused(
                ErrorCode.OVERLOADED,
                Outcome.NOT_APPLIED,
                "the level needs " + request.need() + " of the homes " + homes + ", and " + names
                        + " has many requests and answers none; use a lower level or retry after a moment",
                request.need(),
                0,
                silent.build(),
                null);
    }

    /**
     * Whether a second home that takes it later than the first would undo a write that was made between: a delete of
     * whatever is there, or a write whose stamp is the latest. One that goes to other nodes may come to two of them.
     */
    private static boolean undoesWhatComesBetween(KeyRequest request) {
        return (request instanceof KeyRequest.Delete delete && delete.seen() == null)
                || request.address().lastWriterWins();
    }

    private static boolean isExplicit(KeyRequest request) {
        if (request instanceof KeyRequest.Put put) {
            return put.request().explicit();
        }
        return request instanceof KeyRequest.Delete delete && delete.request().explicit();
    }
}
