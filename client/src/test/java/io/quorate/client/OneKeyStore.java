package io.quorate.client;

import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.data.Context;
import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.data.Sibling;
import io.quorate.client.data.Value;
import io.quorate.client.error.PreconditionFailedException;
import io.quorate.client.error.Problem;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.spi.DeleteCall;
import io.quorate.client.spi.Expected;
import io.quorate.client.spi.ExplainCall;
import io.quorate.client.spi.GetCall;
import io.quorate.client.spi.LeaderReadCall;
import io.quorate.client.spi.LeaderWriteCall;
import io.quorate.client.spi.PutCall;
import io.quorate.client.spi.ReadReply;
import io.quorate.client.spi.StoreTransport;
import io.quorate.client.spi.WriteReply;
import io.quorate.ring.wire.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One key's versions, with contexts that list the dots shown. */
final class OneKeyStore implements StoreTransport {
    int siblingsMax = 100;
    boolean refuseNext;
    private final List<Sibling> versions = new ArrayList<>();
    private int dots;
    /** The same key of a leader bucket. */
    private @Nullable Value ledValue;

    final List<String> readLevels = new ArrayList<>();
    final List<String> ledKeys = new ArrayList<>();
    /** Somebody else's doing between a read and a write. */
    Runnable beforeLedWrite = () -> {};

    private static List<String> shown(Optional<Context> context) {
        return context.map(one -> Arrays.asList(one.token().split(","))).orElse(List.of());
    }

    private ResultInfo info() {
        return new ResultInfo("leaderless", Optional.empty(), 1, 1, 1, 0, 0, versions.size(), 1);
    }

    @Override
    public synchronized CompletionStage<ReadReply> get(GetCall call) {
        String token = String.join(",", versions.stream().map(Sibling::dot).toList());
        Context context = Context.of(call.bucket(), call.key(), token.isEmpty() ? "none" : token);
        return CompletableFuture.completedFuture(new ReadReply(versions, context, info()));
    }

    @Override
    public synchronized CompletionStage<WriteReply> put(PutCall call) {
        if (refuseNext) {
            refuseNext = false;
            return CompletableFuture.failedFuture(new RequestRefusedException(
                    Problem.refused(ErrorCode.TOO_MANY_SIBLINGS, siblingsMax + " siblings are the most")));
        }
        versions.removeIf(version -> shown(call.context()).contains(version.dot()));
        String dot = "d" + ++dots;
        Instant written = Instant.ofEpochSecond(dots);
        versions.add(new Sibling(
                dot, call.value().contentType(), written, call.value().data()));
        return CompletableFuture.completedFuture(new WriteReply(Context.of(call.bucket(), call.key(), dot), info()));
    }

    @Override
    public synchronized CompletionStage<WriteReply> delete(DeleteCall call) {
        versions.clear();
        return CompletableFuture.completedFuture(new WriteReply(Context.of(call.bucket(), call.key(), "x"), info()));
    }

    private static <T> CompletionStage<T> none() {
        return CompletableFuture.failedFuture(new IllegalStateException("this store has one key and nothing else"));
    }

    private LeaderInfo led(String level) {
        return new LeaderInfo(level, LeaderInfo.LEADER, Optional.of("n1"), 1, dots, 0, "", 1);
    }

    @Override
    public synchronized CompletionStage<LeaderRead> get(LeaderReadCall call) {
        readLevels.add(call.level().map(Enum::name).orElse("-"));
        LeaderInfo info = led("LINEARIZABLE");
        Value value = ledValue;
        return CompletableFuture.completedFuture(
                value == null
                        ? LeaderRead.missing(info)
                        : LeaderRead.found(value, version(), Instant.ofEpochSecond(dots), info));
    }

    private LeaderVersion version() {
        return LeaderVersion.of("\"1." + dots + "\"");
    }

    @Override
    public CompletionStage<LeaderWrite> write(LeaderWriteCall call) {
        ledKeys.add(call.idempotencyKey());
        beforeLedWrite.run();
        return writeNow(call);
    }

    private synchronized CompletionStage<LeaderWrite> writeNow(LeaderWriteCall call) {
        boolean holds = call.expected() instanceof Expected.Anything
                || (call.expected() instanceof Expected.Nothing && ledValue == null)
                || (call.expected() instanceof Expected.Exactly exactly
                        && ledValue != null
                        && exactly.version().equals(version()));
        if (!holds) {
            return CompletableFuture.failedFuture(new PreconditionFailedException(
                    Problem.refused(ErrorCode.PRECONDITION_FAILED, "it has another version")));
        }
        dots++;
        ledValue = call.value().orElse(null);
        return CompletableFuture.completedFuture(new LeaderWrite(version(), led("SEMI_SYNC")));
    }

    @Override
    public CompletionStage<String> explain(ExplainCall call) {
        return none();
    }

    @Override
    public CompletionStage<String> ring(Duration timeout) {
        return none();
    }

    @Override
    public CompletionStage<BucketChange> createBucket(String name, BucketDefinition definition, Duration timeout) {
        return none();
    }

    @Override
    public CompletionStage<List<BucketInfo>> listBuckets(Duration timeout) {
        return none();
    }

    @Override
    public CompletionStage<BucketInfo> getBucket(String name, Duration timeout) {
        return none();
    }

    @Override
    public CompletionStage<Void> deleteBucket(String name, Duration timeout) {
        return none();
    }

    @Override
    public void close() {
        versions.clear();
    }
}
