package io.quorate.node.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.actor.NodeView;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.bucket.BucketEntry;
import io.quorate.node.protocol.bucket.BucketRegistry;
import io.quorate.node.protocol.bucket.BucketRegistry.Change;
import io.quorate.ring.wire.ErrorCode;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** {@code /v1/buckets}: what buckets there are, and their definitions. */
final class BucketRoutes {
    private final Supplier<NodeView> view;
    private final BucketAdmin admin;
    private final Bodies bodies;
    private final BucketJson json;

    /** Changes definitions; completes when the peers that are up know. */
    interface BucketAdmin {
        CompletionStage<Change> define(BucketDefinition definition);

        CompletionStage<Boolean> delete(String bucket);
    }

    BucketRoutes(Supplier<NodeView> view, BucketAdmin admin, Bodies bodies, BucketJson json) {
        this.view = view;
        this.admin = admin;
        this.bodies = bodies;
        this.json = json;
    }

    void all(Exchange exchange) {
        if (!exchange.method().equals("GET")) {
            Router.methodNotAllowed(exchange, "GET");
            return;
        }
        noParameters(exchange);
        ObjectNode body = Json.object();
        ArrayNode buckets = body.putArray("buckets");
        view.get().buckets().values().stream()
                .filter(entry -> !entry.deleted())
                .forEach(entry -> buckets.add(json.write(entry.definition())));
        exchange.json(200, body);
    }

    void one(Exchange exchange, String bucket) {
        noParameters(exchange);
        switch (exchange.method()) {
            case "GET" -> {
                BucketEntry entry = view.get().bucket(bucket);
                if (entry == null) {
                    noSuchBucket(exchange, bucket);
                } else {
                    exchange.json(200, json.write(entry.definition()));
                }
            }
            case "PUT" -> bodies.read(exchange, false, body -> define(exchange, json.read(bucket, body)));
            case "DELETE" -> delete(exchange, bucket);
            default -> Router.methodNotAllowed(exchange, "GET, PUT, DELETE");
        }
    }

    private void define(Exchange exchange, BucketDefinition definition) {
        admin.define(definition).whenComplete((change, failure) -> {
            if (failure != null) {
                exchange.problem(ErrorCode.INTERNAL, "the definition could not be stored: " + failure.getMessage());
                return;
            }
            switch (change) {
                case CREATED -> exchange.json(201, json.write(definition));
                case CHANGED, SAME -> exchange.json(200, json.write(definition));
                case IMMUTABLE ->
                    exchange.problem(
                            ErrorCode.BUCKET_IMMUTABLE,
                            "bucket " + definition.name()
                                    + " exists with another mode or n, which can never change; take another name");
                case TOO_MANY ->
                    exchange.problem(
                            ErrorCode.BAD_BUCKET,
                            "the cluster has " + BucketRegistry.BUCKETS_MAX
                                    + " bucket names, deleted ones included: the limit");
            }
        });
    }

    private void delete(Exchange exchange, String bucket) {
        admin.delete(bucket).whenComplete((existed, failure) -> {
            if (failure != null) {
                exchange.problem(ErrorCode.INTERNAL, "the delete could not be stored: " + failure.getMessage());
            } else if (existed) {
                exchange.json(202, Json.object().put("name", bucket).put("deleted", true));
            } else {
                noSuchBucket(exchange, bucket);
            }
        });
    }

    private static void noSuchBucket(Exchange exchange, String bucket) {
        exchange.problem(ErrorCode.NO_SUCH_BUCKET, "there is no bucket " + bucket);
    }

    private static void noParameters(Exchange exchange) {
        Query query = new Query(exchange.query(), Set.of());
        query.get("");
    }
}
