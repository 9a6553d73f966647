package io.quorate.client.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.data.Context;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.http.route.Nodes.Target;
import io.quorate.client.metrics.ClientMetrics;
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
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.HttpNames;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The store over HTTP. A call on a key goes to a home of the key that is up and fast, as soon as the ring is known; until
 * then, and for all else, to the contact points in their order. Nodes that fail, keep silent or are overloaded are passed
 * over, within one deadline and a budget: reads and writes with an idempotency key in any case, other calls only when
 * nothing can have happened. What the leader of a key's group has to do goes to that node, as answers have told it, and what
 * any member of the group may do is spread over them.
 */
public final class HttpTransport implements StoreTransport {
    private static final List<String> ACCEPT_SIBLINGS = List.of("Accept", HttpNames.SIBLINGS_JSON);
    /** Longer answers are read elsewhere than on the thread that brings those of all calls. */
    private static final int SHORT_BYTES_MAX = 64 << 10;

    private final Courier courier;

    public HttpTransport(HttpTransportConfig config) {
        this.courier = new Courier(config);
    }

    @Override
    public Executor callbacks() {
        return courier.callbacks();
    }

    @Override
    public ClientMetrics metrics() {
        return courier.metrics();
    }

    @Override
    public CompletionStage<ReadReply> get(GetCall call) {
        Target target = new Target(call.bucket(), call.key());
        Exchange exchange = Exchange.onKey("GET", target, "", "r", call.options(), ACCEPT_SIBLINGS);
        return send(exchange, 200, answer -> {
            SiblingsJson body = SiblingsJson.read(answer.body());
            String token = answer.header(HttpNames.CONTEXT)
                    .or(body::context)
                    .orElseThrow(() -> new IllegalArgumentException("the answer has no context"));
            return new ReadReply(body.siblings(), Context.of(call.bucket(), call.key(), token), info(answer));
        });
    }

    @Override
    public CompletionStage<WriteReply> put(PutCall call) {
        Exchange put = write("PUT", call.bucket(), call.key(), call.context(), call.options())
                .withBody(call.value().data(), call.value().contentType())
                .withIdempotencyKey(call.idempotencyKey());
        return send(put, 204, answer -> written(answer, call.bucket(), call.key()));
    }

    @Override
    public CompletionStage<WriteReply> delete(DeleteCall call) {
        Exchange delete = write("DELETE", call.bucket(), call.key(), call.context(), call.options())
                .withIdempotencyKey(call.idempotencyKey());
        return send(delete, 204, answer -> written(answer, call.bucket(), call.key()));
    }

    @Override
    public CompletionStage<LeaderRead> get(LeaderReadCall call) {
        return send(LeaderExchanges.of(call), 200, LeaderExchanges::read);
    }

    @Override
    public CompletionStage<LeaderWrite> write(LeaderWriteCall call) {
        return send(LeaderExchanges.of(call), 204, LeaderExchanges::written);
    }

    private static Exchange write(
            String method, String bucket, Bytes key, Optional<Context> context, CallOptions options) {
        List<String> headers =
                context.map(shown -> List.of(HttpNames.CONTEXT, shown.token())).orElse(List.of());
        return Exchange.onKey(method, new Target(bucket, key), "", "w", options, headers);
    }

    @Override
    public CompletionStage<String> explain(ExplainCall call) {
        Target target = new Target(call.bucket(), call.key());
        CallOptions options = new CallOptions(new Need.BucketDefault(), false, call.timeout());
        return send(Exchange.onKey("GET", target, "/explain", "r", options, List.of()), 200, HttpTransport::jsonText);
    }

    @Override
    public CompletionStage<String> ring(Duration timeout) {
        return send(Exchange.plain("GET", "/v1/ring", timeout), 200, HttpTransport::jsonText);
    }

    @Override
    public CompletionStage<BucketChange> createBucket(String name, BucketDefinition definition, Duration timeout) {
        Exchange exchange = Exchange.plain("PUT", RawPath.bucket(name), timeout)
                .withBody(BucketJson.write(definition), Json.MEDIA_TYPE);
        return courier.send(exchange).thenApply(answer -> {
            boolean created = answer.status() == 201;
            return read(answer, exchange, created ? 201 : 200, done -> {
                BucketInfo bucket = Json.tryRead(done.body())
                        .filter(json -> json.has("mode"))
                        .map(json -> BucketJson.read(json, name))
                        .orElseGet(() -> new BucketInfo(name, definition));
                return new BucketChange(created, bucket);
            });
        });
    }

    @Override
    public CompletionStage<List<BucketInfo>> listBuckets(Duration timeout) {
        return send(Exchange.plain("GET", "/v1/buckets", timeout), 200, answer -> BucketJson.readList(json(answer)));
    }

    @Override
    public CompletionStage<BucketInfo> getBucket(String name, Duration timeout) {
        return send(
                Exchange.plain("GET", RawPath.bucket(name), timeout),
                200,
                answer -> BucketJson.read(json(answer), name));
    }

    @Override
    public CompletionStage<Void> deleteBucket(String name, Duration timeout) {
        Exchange exchange = Exchange.plain("DELETE", RawPath.bucket(name), timeout);
        return courier.send(exchange).thenAccept(answer -> read(answer, exchange, 202, Answer::status));
    }

    @Override
    public void close() {
        courier.close();
    }

    private <T> CompletionStage<T> send(Exchange exchange, int expected, Function<Answer, T> reader) {
        return courier.send(exchange)
                .thenCompose(answer -> answer.body().length() <= SHORT_BYTES_MAX
                        ? CompletableFuture.completedFuture(read(answer, exchange, expected, reader))
                        : CompletableFuture.supplyAsync(
                                () -> read(answer, exchange, expected, reader), courier.callbacks()));
    }

    private static <T> T read(Answer answer, Exchange exchange, int expected, Function<Answer, T> reader) {
        if (answer.status() != expected) {
            throw Problems.unexpected(answer, exchange, "status " + answer.status() + " is no answer to this request");
        }
        try {
            return reader.apply(answer);
        } catch (IllegalArgumentException | RequestRefusedException e) {
            throw Problems.unexpected(answer, exchange, "the answer breaks the contract: " + e.getMessage());
        }
    }

    private static WriteReply written(Answer answer, String bucket, Bytes key) {
        String token = answer.header(HttpNames.CONTEXT)
                .orElseThrow(() -> new IllegalArgumentException("the answer has no context"));
        return new WriteReply(Context.of(bucket, key, token), info(answer));
    }

    private static ResultInfo info(Answer answer) {
        return ResultHeader.parse(answer.header(HttpNames.RESULT).orElse(""));
    }

    private static JsonNode json(Answer answer) {
        return Json.tryRead(answer.body()).orElseThrow(() -> new IllegalArgumentException("the answer is no JSON"));
    }

    private static String jsonText(Answer answer) {
        return json(answer).toString();
    }
}
