package io.quorate.client.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.data.Context;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.client.spi.CallOptions;
import io.quorate.client.spi.DeleteCall;
import io.quorate.client.spi.ExplainCall;
import io.quorate.client.spi.GetCall;
import io.quorate.client.spi.Need;
import io.quorate.client.spi.PutCall;
import io.quorate.client.spi.ReadReply;
import io.quorate.client.spi.StoreTransport;
import io.quorate.client.spi.WriteReply;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.HttpNames;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The store over HTTP. Contact points are tried in their order; the next is tried only when no connection to the one
 * before could be made, so that nothing was sent.
 */
public final class HttpTransport implements StoreTransport {
    private final ContactPoints contactPoints;

    public HttpTransport(HttpTransportConfig config) {
        this.contactPoints = new ContactPoints(config);
    }

    @Override
    public CompletionStage<ReadReply> get(GetCall call) {
        Exchange exchange = Exchange.onKey("GET", RawPath.key(call.bucket(), call.key()), "r", call.options())
                .withHeader("Accept", HttpNames.SIBLINGS_JSON);
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
        Exchange put = Exchange.onKey("PUT", RawPath.key(call.bucket(), call.key()), "w", call.options())
                .withBody(call.value().data(), call.value().contentType())
                .withHeader(HttpNames.IDEMPOTENCY_KEY, call.idempotencyKey());
        Exchange exchange = call.context()
                .map(context -> put.withHeader(HttpNames.CONTEXT, context.token()))
                .orElse(put);
        return send(exchange, 204, answer -> written(answer, call.bucket(), call.key()));
    }

    @Override
    public CompletionStage<WriteReply> delete(DeleteCall call) {
        Exchange delete = Exchange.onKey("DELETE", RawPath.key(call.bucket(), call.key()), "w", call.options());
        Exchange exchange = call.context()
                .map(context -> delete.withHeader(HttpNames.CONTEXT, context.token()))
                .orElse(delete);
        return send(exchange, 204, answer -> written(answer, call.bucket(), call.key()));
    }

    @Override
    public CompletionStage<String> explain(ExplainCall call) {
        String path = RawPath.key(call.bucket(), call.key()) + "/explain";
        CallOptions options = new CallOptions(new Need.BucketDefault(), false, call.timeout());
        return send(Exchange.onKey("GET", path, "r", options), 200, HttpTransport::jsonText);
    }

    @Override
    public CompletionStage<String> ring(Duration timeout) {
        return send(Exchange.plain("GET", "/v1/ring", timeout), 200, HttpTransport::jsonText);
    }

    @Override
    public CompletionStage<BucketChange> createBucket(String name, BucketDefinition definition, Duration timeout) {
        Exchange exchange = Exchange.plain("PUT", RawPath.bucket(name), timeout)
                .withBody(BucketJson.write(definition), Json.MEDIA_TYPE);
        return contactPoints.send(exchange).thenApply(answer -> {
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
        return contactPoints.send(exchange).thenAccept(answer -> read(answer, exchange, 202, Answer::status));
    }

    @Override
    public void close() {
        contactPoints.close();
    }

    private <T> CompletionStage<T> send(Exchange exchange, int expected, Function<Answer, T> reader) {
        return contactPoints.send(exchange).thenApply(answer -> read(answer, exchange, expected, reader));
    }

    private static <T> T read(Answer answer, Exchange exchange, int expected, Function<Answer, T> reader) {
        if (answer.status() != expected) {
            throw Problems.of(answer, exchange);
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
