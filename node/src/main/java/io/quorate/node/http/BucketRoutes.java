package io.quorate.node.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.actor.NodeView;
import io.quorate.node.door.BucketAdmin;
import io.quorate.node.json.BucketJson;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.bucket.BucketEntry;
import io.quorate.node.protocol.bucket.BucketRegistry.Change;
import io.quorate.node.protocol.request.KeyReply.Refused;
import java.util.Set;
import java.util.function.Supplier;

/** {@code /v1/buckets}: what buckets there are, and their definitions. */
final class BucketRoutes {
    private final Supplier<NodeView> view;
    private final BucketAdmin admin;
    private final Bodies bodies;
    private final BucketJson json;

    BucketRoutes(Supplier<NodeView> view, BucketAdmin admin, Bodies bodies, BucketJson json) {
        this.view = view;
        this.admin = admin;
        this.bodies = bodies;
        this.json = json;
    }

    void all(Exchange exchange) {
        if (!exchange.isRead()) {
            Router.methodNotAllowed(exchange, "GET, HEAD");
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
            case "GET", "HEAD" -> {
                BucketEntry entry = view.get().bucket(bucket);
                if (entry == null) {
                    problem(exchange, BucketAdmin.noSuchBucket(bucket));
                } else {
                    exchange.json(200, json.write(entry.definition()));
                }
            }
            case "PUT" ->
                bodies.read(
                        exchange,
                        false,
                        body -> define(exchange, json.read(bucket, Json.readObject(body.unsafeArray()))));
            case "DELETE" -> delete(exchange, bucket);
            default -> Router.methodNotAllowed(exchange, "GET, HEAD, PUT, DELETE");
        }
    }

    private void define(Exchange exchange, BucketDefinition definition) {
        admin.define(definition).whenComplete((change, failure) -> {
            if (failure != null) {
                problem(exchange, BucketAdmin.failed("the definition", failure));
                return;
            }
            Refused refused = BucketAdmin.refusal(change, definition.name());
            if (refused != null) {
                problem(exchange, refused);
            } else {
                exchange.json(change == Change.CREATED ? 201 : 200, json.write(definition));
            }
        });
    }

    private void delete(Exchange exchange, String bucket) {
        admin.delete(bucket).whenComplete((existed, failure) -> {
            if (failure != null) {
                problem(exchange, BucketAdmin.failed("the delete", failure));
            } else if (existed) {
                exchange.json(202, Json.object().put("name", bucket).put("deleted", true));
            } else {
                problem(exchange, BucketAdmin.noSuchBucket(bucket));
            }
        });
    }

    private static void problem(Exchange exchange, Refused refused) {
        exchange.problem(refused, "", 0, -1);
    }

    private static void noParameters(Exchange exchange) {
        Query query = new Query(exchange.query(), Set.of());
        query.get("");
    }
}
