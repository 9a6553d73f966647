package io.quorate.node.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Joiner;
import io.quorate.node.door.Door;
import io.quorate.node.door.RefusedException;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.protocol.bucket.BucketDefinition.Conflicts;
import io.quorate.node.protocol.bucket.BucketDefinition.Mode;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.ErrorCode;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Bucket definitions as JSON. A field that is unknown or out of range is refused by name. */
public final class BucketJson {
    private static final Set<String> FIELDS =
            Set.of("name", "mode", "n", "read", "write", "sloppy", "conflicts", "readRepair", "maxSiblings");

    private final int replicas;

    /** For a ring that lists {@code replicas} homes a partition. */
    public BucketJson(int replicas) {
        this.replicas = replicas;
    }

    public ObjectNode write(BucketDefinition bucket) {
        if (bucket.isLed()) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("name", bucket.name())
                    .put("mode", lower(bucket.mode()))
                    .put("n", bucket.n())
                    .put("read", bucket.ledLevels().read().name())
                    .put("write", bucket.ledLevels().write().name());
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", bucket.name())
                .put("mode", lower(bucket.mode()))
                .put("n", bucket.n())
                .put("read", bucket.read().name())
                .put("write", bucket.write().name())
                .put("sloppy", bucket.sloppy())
                .put("conflicts", lower(bucket.conflicts()))
                .put("readRepair", lower(bucket.readRepair()))
                .put("maxSiblings", bucket.maxSiblings());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads and checks a definition.
     *
     * @throws RefusedException naming the field that is wrong
     */
    public BucketDefinition read(String name, ObjectNode json) {
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            String field = names.next();
            if (!FIELDS.contains(field)) {
                throw wrong(
                        field,
                        "is unknown; the fields are mode, n, read, write, sloppy, conflicts, readRepair,"
                                + " maxSiblings");
            }
        }
        if (json.has("name") && !json.path("name").asText().equals(name)) {
            throw wrong("name", "differs from the name in the address");
        }
        Mode mode = choice(json, "mode", List.of("leaderless", "leader"), null).equals("leader")
                ? Mode.LEADER
                : Mode.LEADERLESS;
        if (mode == Mode.LEADER) {
            return leader(name, json);
        }
        int n = number(json, "n", Math.min(3, replicas), 1, replicas);
        boolean sloppy = !json.has("sloppy") || flag(json, "sloppy");
        String conflicts = choice(json, "conflicts", List.of("siblings", "lww"), "siblings");
        String repair = choice(json, "readRepair", List.of("blocking", "async", "none"), "blocking");
        return new BucketDefinition(
                name,
                mode,
                n,
                level(json, name, "read", n),
                level(json, name, "write", n),
                sloppy,
                Conflicts.valueOf(conflicts.toUpperCase(Locale.ROOT)),
                ReadRepair.valueOf(repair.toUpperCase(Locale.ROOT)),
                number(json, "maxSiblings", 100, 1, BucketDefinition.SIBLINGS_LIMIT));
    }

    private BucketDefinition leader(String name, ObjectNode json) {
        for (String field : List.of("sloppy", "conflicts", "readRepair", "maxSiblings")) {
            if (json.has(field)) {
                throw wrong(field, "belongs to leaderless buckets; one of mode leader has n, read and write");
            }
        }
        return BucketDefinition.leader(
                name,
                number(json, "n", replicas, replicas, replicas),
                new BucketDefinition.LedLevels(
                        ReadLevel.valueOf(ledLevel(json, "read", ReadLevel.values(), ReadLevel.LINEARIZABLE)),
                        WriteLevel.valueOf(ledLevel(json, "write", WriteLevel.values(), WriteLevel.SEMI_SYNC))));
    }

    private static String ledLevel(ObjectNode json, String field, Enum<?>[] levels, Enum<?> byDefault) {
        JsonNode value = json.get(field);
        if (value == null) {
            return byDefault.name();
        }
        for (Enum<?> level : levels) {
            if (value.isTextual() && level.name().equalsIgnoreCase(value.asText())) {
                return level.name();
            }
        }
        throw wrong(
                field,
                "is " + value + "; in a leader bucket it must be one of "
                        + Joiner.on(", ").join(levels));
    }

    private static ConsistencyLevel level(ObjectNode json, String name, String field, int n) {
        JsonNode value = json.get(field);
        if (value == null) {
            return ConsistencyLevel.QUORUM;
        }
        ConsistencyLevel level =
                value.isTextual() ? ConsistencyLevel.parse(value.asText()).orElse(null) : null;
        if (level == null && value.isTextual()) {
            KeyReply.Refused refused = Door.wrongLevel(value.asText(), name);
            if (refused.code() != ErrorCode.BAD_LEVEL) {
                throw new RefusedException(refused.code(), "field '" + field + "': " + refused.detail());
            }
        }
        if (level == null) {
            throw wrong(field, "is " + value + "; it must be one of ANY (writes), ONE, TWO, THREE, QUORUM, ALL");
        }
        if (level == ConsistencyLevel.ANY && field.equals("read")) {
            throw wrong(field, "is ANY, which is a level of writes; a read that takes any one answer is ONE");
        }
        if (!Door.canBeDefault(level, n)) {
            throw wrong(field, "is " + level + ", which needs " + level.need(n) + " replicas, but n is " + n);
        }
        return level;
    }

    private static int number(ObjectNode json, String field, int byDefault, int min, int max) {
        JsonNode value = json.get(field);
        if (value == null) {
            return byDefault;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < min || value.asInt() > max) {
            String allowed = min == max ? Integer.toString(min) : "a whole number from " + min + " to " + max;
            throw wrong(field, "is " + value + "; it must be " + allowed);
        }
        return value.asInt();
    }

    private static boolean flag(ObjectNode json, String field) {
        JsonNode value = json.get(field);
        if (value != null && !value.isBoolean()) {
            throw wrong(field, "is " + value + "; it must be true or false");
        }
        return value != null && value.asBoolean();
    }

    private static String choice(
            ObjectNode json, String field, List<String> allowed, @org.jspecify.annotations.Nullable String byDefault) {
        JsonNode value = json.get(field);
        if (value == null && byDefault != null) {
            return byDefault;
        }
        if (value == null || !value.isTextual() || !allowed.contains(value.asText())) {
            throw wrong(
                    field,
                    (value == null ? "is missing" : "is " + value) + "; it must be one of "
                            + String.join(", ", allowed));
        }
        return value.asText();
    }

    private static RefusedException wrong(String field, String what) {
        return new RefusedException(ErrorCode.BAD_BUCKET, "field '" + field + "' " + what);
    }
}
