package io.quorate.node.embedded;

import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.data.Context;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.error.Problem;
import io.quorate.client.error.UnavailableException;
import io.quorate.client.spi.CallOptions;
import io.quorate.client.spi.DeleteCall;
import io.quorate.client.spi.ExplainCall;
import io.quorate.client.spi.GetCall;
import io.quorate.client.spi.LeaderReadCall;
import io.quorate.client.spi.LeaderWriteCall;
import io.quorate.client.spi.Need;
import io.quorate.client.spi.PutCall;
import io.quorate.client.spi.ReadReply;
import io.quorate.client.spi.StoreTransport;
import io.quorate.client.spi.WriteReply;
import io.quorate.node.actor.NodeView;
import io.quorate.node.door.BucketAdmin;
import io.quorate.node.door.Door;
import io.quorate.node.door.Door.Answer;
import io.quorate.node.door.RefusedException;
import io.quorate.node.door.Strength;
import io.quorate.node.json.BucketJson;
import io.quorate.node.json.RingJson;
import io.quorate.node.protocol.bucket.BucketEntry;
import io.quorate.node.protocol.bucket.BucketRegistry.Change;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The store through one node of this JVM. Goes the way of an HTTP request from the {@link Door} on, so it has the same
 * contexts, levels, limits and errors. Closing it leaves the node running.
 */
public final class NodeTransport implements StoreTransport {
    private final Node node;
    private final BucketJson definitions;
    private volatile boolean closed;

    /**
     * What the transport needs of its node.
     *
     * @param state {@code starting serving leaving} or {@code catching-up}
     * @param executor runs the code of callers, which may block: it must not wait for a free thread
     */
    public record Node(
            NodeId id,
            RingState ring,
            Door door,
            BucketAdmin admin,
            Supplier<NodeView> view,
            Supplier<String> state,
            Executor executor,
            LongSupplier nanoClock) {}

    public NodeTransport(Node node) {
        this.node = node;
        this.definitions = new BucketJson(node.ring().table().replicas());
    }

    @Override
    public CompletionStage<ReadReply> get(GetCall call) {
        return this.<Answer, ReadReply>send(
                false,
                call.options().timeout(),
                answer -> node.door().get(door(call.bucket(), call.key(), call.options(), "r"), answer::complete),
                answer -> KeyResults.read(answer, call.bucket(), call.key()));
    }

    @Override
    public CompletionStage<WriteReply> put(PutCall call) {
        return this.<Answer, WriteReply>send(
                true,
                call.options().timeout(),
                answer -> node.door()
                        .put(
                                door(call.bucket(), call.key(), call.options(), "w"),
                                call.context().map(Context::token).orElse(null),
                                call.value().data(),
                                call.value().contentType().strip(),
                                call.idempotencyKey(),
                                answer::complete),
                answer -> KeyResults.written(answer, call.bucket(), call.key()));
    }

    @Override
    public CompletionStage<WriteReply> delete(DeleteCall call) {
        return this.<Answer, WriteReply>send(
                true,
                call.options().timeout(),
                answer -> node.door()
                        .delete(
                                door(call.bucket(), call.key(), call.options(), "w"),
                                call.context().map(Context::token).orElse(null),
                                call.idempotencyKey(),
                                answer::complete),
                answer -> KeyResults.written(answer, call.bucket(), call.key()));
    }

    @Override
    public CompletionStage<LeaderRead> get(LeaderReadCall call) {
        int maxLagMillis = call.maxLag().map(lag -> (int) lag.toMillis()).orElse(-1);
        String session = call.seen().isEmpty() ? null : call.seen().toText();
        Door.Call door = new Door.Call(
                call.bucket(),
                call.key(),
                strength(call.level()),
                null,
                call.timeout().toNanos(),
                new Door.Led(Condition.NONE, session, maxLagMillis));
        return this.<Answer, LeaderRead>send(
                false, call.timeout(), answer -> node.door().get(door, answer::complete), LedResults::read);
    }

    @Override
    public CompletionStage<LeaderWrite> write(LeaderWriteCall call) {
        Door.Call door = new Door.Call(
                call.bucket(),
                call.key(),
                strength(call.level()),
                null,
                call.timeout().toNanos(),
                new Door.Led(LedResults.condition(call.expected()), null, -1));
        return this.<Answer, LeaderWrite>send(
                true,
                call.timeout(),
                answer -> call.value()
                        .ifPresentOrElse(
                                value -> node.door()
                                        .put(
                                                door,
                                                null,
                                                value.data(),
                                                value.contentType().strip(),
                                                call.idempotencyKey(),
                                                answer::complete),
                                () -> node.door().delete(door, null, call.idempotencyKey(), answer::complete)),
                LedResults::written);
    }

    private static Strength strength(Optional<? extends Enum<?>> level) {
        return level.<Strength>map(named -> new Strength.Named(named.name())).orElseGet(Strength.BucketDefault::new);
    }

    @Override
    public CompletionStage<String> explain(ExplainCall call) {
        CallOptions options = new CallOptions(new Need.BucketDefault(), false, call.timeout());
        return this.<Answer, String>send(
                false,
                call.timeout(),
                answer -> node.door().explain(door(call.bucket(), call.key(), options, "r"), answer::complete),
                answer -> KeyResults.explained(answer, node.ring()));
    }

    /** Homes are all there is so far, so whether only they count makes no difference. */
    private static Door.Call door(String bucket, Bytes key, CallOptions options, String countParameter) {
        Need need = options.need();
        Strength strength = new Strength.BucketDefault();
        if (need instanceof Need.Level level) {
            strength = new Strength.Named(level.level().name());
        } else if (need instanceof Need.Count count) {
            strength = new Strength.Exactly(countParameter, count.replicas());
        }
        return new Door.Call(
                bucket,
                key,
                strength,
                options.homesOnly() ? Boolean.FALSE : null,
                options.timeout().toNanos());
    }

    @Override
    public CompletionStage<String> ring(Duration timeout) {
        return look(
                timeout,
                view -> RingJson.write(node.ring(), node.id(), node.state().get(), view.up())
                        .toString());
    }

    @Override
    public CompletionStage<BucketChange> createBucket(String name, BucketDefinition definition, Duration timeout) {
        return this.<BucketChange, BucketChange>send(
                true,
                timeout,
                answer -> {
                    requireServing();
                    var wanted = definitions.read(name, Definitions.toJson(definition));
                    node.admin().define(wanted).whenComplete((change, failure) -> {
                        Refused refused = failure == null
                                ? BucketAdmin.refusal(change, name)
                                : BucketAdmin.failed("the definition", failure);
                        if (refused == null) {
                            answer.complete(new BucketChange(change == Change.CREATED, Definitions.info(wanted)));
                        } else {
                            answer.completeExceptionally(new RefusedException(refused));
                        }
                    });
                },
                Function.identity());
    }

    @Override
    public CompletionStage<List<BucketInfo>> listBuckets(Duration timeout) {
        return look(
                timeout,
                view -> view.buckets().values().stream()
                        .filter(entry -> !entry.deleted())
                        .map(entry -> Definitions.info(entry.definition()))
                        .toList());
    }

    @Override
    public CompletionStage<BucketInfo> getBucket(String name, Duration timeout) {
        return look(timeout, view -> {
            BucketEntry entry = view.bucket(name);
            if (entry == null) {
                throw new RefusedException(BucketAdmin.noSuchBucket(name));
            }
            return Definitions.info(entry.definition());
        });
    }

    @Override
    public CompletionStage<Void> deleteBucket(String name, Duration timeout) {
        return this.<Boolean, Boolean>send(
                        true,
                        timeout,
                        answer -> {
                            requireServing();
                            node.admin().delete(name).whenComplete((existed, failure) -> {
                                if (failure == null && existed) {
                                    answer.complete(true);
                                } else {
                                    answer.completeExceptionally(new RefusedException(
                                            failure == null
                                                    ? BucketAdmin.noSuchBucket(name)
                                                    : BucketAdmin.failed("the delete", failure)));
                                }
                            });
                        },
                        Function.identity())
                .thenAccept(done -> {});
    }

    @Override
    public void close() {
        closed = true;
    }

    /** Answers from what the node knows. */
    private <T> CompletionStage<T> look(Duration timeout, Function<NodeView, T> reader) {
        return this.<NodeView, T>send(
                false,
                timeout,
                answer -> {
                    requireServing();
                    answer.complete(node.view().get());
                },
                reader);
    }

    /** As the door does for keys. */
    private void requireServing() {
        if (node.state().get().equals("leaving")) {
            throw new RefusedException(ErrorCode.UNAVAILABLE, "this node is stopping; use another");
        }
    }

    private <A, T> CompletionStage<T> send(
            boolean writes, Duration timeout, Consumer<CompletableFuture<A>> start, Function<A, T> reader) {
        if (closed) {
            return CompletableFuture.failedFuture(new UnavailableException(
                    Problem.of(Problem.CLIENT_CLOSED, 0, "the client has been closed", Outcome.NOT_APPLIED), null));
        }
        return new Pending(node.id(), writes, timeout, node.executor(), node.nanoClock()).run(start, reader);
    }
}
