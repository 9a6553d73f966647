package io.quorate.node.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import io.quorate.node.door.Door;
import io.quorate.node.door.Door.Answer;
import io.quorate.node.json.ExplainJson;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.Explained;
import io.quorate.node.protocol.request.KeyReply.LedRead;
import io.quorate.node.protocol.request.KeyReply.LedWritten;
import io.quorate.node.protocol.request.KeyReply.ReadDone;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.node.protocol.request.KeyReply.ReplicaResult;
import io.quorate.node.protocol.request.KeyReply.WriteDone;
import io.quorate.node.protocol.request.LedVersions;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.ring.bytes.ByteSink;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionVector;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Renders what the data plane says of a key. */
final class KeyAnswers {
    private static final long LONG_BYTES = 64 << 10;

    private final RingState ring;
    private final NodeId self;

    KeyAnswers(RingState ring, NodeId self) {
        this.ring = ring;
        this.self = self;
    }

    void read(Exchange exchange, Answer answer, Accept accept, @Nullable Dot sibling) {
        if (answer.reply() instanceof LedRead read) {
            led(exchange, answer, read, accept, sibling);
            return;
        }
        if (!(answer.reply() instanceof ReadDone done)) {
            problem(exchange, answer);
            return;
        }
        List<Version> shown = done.state().shown();
        exchange.putHeader(HttpNames.RESULT, result(answer, done.reached()));
        timing(exchange, done.reached());
        if (sibling != null) {
            oneSibling(exchange, answer, done.state().find(sibling));
            return;
        }
        String token = answer.token(done.state().context());
        exchange.putHeader(HttpNames.CONTEXT, token);
        if (!shown.isEmpty()) {
            String etag = etag(done.state().digest());
            exchange.putHeader("ETag", etag);
            String known = exchange.joined("If-None-Match");
            if (known != null && Exchange.tags(known).contains(etag)) {
                exchange.empty(304);
                return;
            }
        }
        if (accept.wantsSiblings()) {
            exchange.siblings(200, array(token, shown));
        } else if (shown.isEmpty()) {
            problem(exchange, answer, Door.refusal(ErrorCode.NOT_FOUND, "the key has no value"));
        } else if (shown.size() > 1) {
            if (accept.wantsMultipart()) {
                multipart(exchange, shown);
            } else {
                exchange.siblings(300, array(token, shown));
            }
        } else {
            single(exchange, answer, shown.get(0), accept);
        }
    }

    private void led(Exchange exchange, Answer answer, LedRead read, Accept accept, @Nullable Dot sibling) {
        Version value = read.value();
        standing(exchange, answer, read.standing());
        if (sibling != null) {
            oneSibling(exchange, answer, value != null && value.dot().equals(sibling) ? value : null);
            return;
        }
        String token = answer.token(
                value == null ? CausalContext.EMPTY : CausalContext.of(VersionVector.EMPTY, List.of(value.dot())));
        exchange.putHeader(HttpNames.CONTEXT, token);
        VersionTag tag = read.tag();
        if (tag != null) {
            exchange.putHeader("ETag", tag.toText());
        }
        if (notAsked(exchange, answer, tag)) {
            return;
        }
        if (accept.wantsSiblings()) {
            exchange.siblings(200, array(token, value == null ? List.of() : List.of(value)));
        } else if (value == null) {
            problem(exchange, answer, Door.refusal(ErrorCode.NOT_FOUND, "the key has no value"));
        } else {
            single(exchange, answer, value, accept);
        }
    }

    /** Whether the conditions of a read do not hold, so that it is answered without a value. */
    private boolean notAsked(Exchange exchange, Answer answer, @Nullable VersionTag tag) {
        if (exchange.joined("If-Match") != null && !Conditions.ofRead(exchange).holds(tag)) {
            problem(
                    exchange,
                    answer,
                    Door.refusal(
                            ErrorCode.PRECONDITION_FAILED,
                            tag == null ? "the key has no value" : "the key's version is " + tag.toText()));
            return true;
        }
        String known = exchange.joined("If-None-Match");
        if (known != null
                && tag != null
                && (known.equals("*") || Exchange.tags(known).contains(tag.toText()))) {
            exchange.empty(304);
            return true;
        }
        return false;
    }

    private void standing(Exchange exchange, Answer answer, KeyReply.Standing standing) {
        // The highest number of all is none of RFC 9651.
        long lag = standing.lagMillis() == Long.MAX_VALUE ? -1 : standing.lagMillis();
        exchange.putHeader(
                HttpNames.RESULT,
                "mode=leader, role=" + (standing.leads() ? "leader" : "follower") + ", term=" + standing.term()
                        + ", index=" + standing.index() + ", level=" + standing.level() + ", lag-ms=" + lag
                        + ", epoch=" + answer.epoch());
        exchange.putHeader(HttpNames.SESSION, answer.seen().toText());
        NodeId leader = standing.leader();
        if (leader != null) {
            exchange.putHeader(HttpNames.LEADER, leader.value());
        }
        if (wantsTiming(exchange)) {
            NodeId answered = standing.leads() && leader != null ? leader : self;
            exchange.putHeader(HttpNames.SERVER_TIMING, duration(answered, answer.micros()));
        }
    }

    /** Whether the answer takes so long to render that the thread which brings it should not do so. */
    static boolean isLong(Answer answer) {
        if (answer.reply() instanceof LedRead read) {
            Version value = read.value();
            return value != null && value.value().length() > LONG_BYTES;
        }
        if (!(answer.reply() instanceof ReadDone done)) {
            return false;
        }
        long bytes = 0;
        for (Version version : done.state().versions()) {
            bytes += version.value().length();
        }
        return bytes > LONG_BYTES;
    }

    private void single(Exchange exchange, Answer answer, Version version, Accept accept) {
        if (accept.takes(version.contentType())) {
            exchange.putHeader(HttpNames.DOT, version.dot().toText());
            exchange.bytes(200, version.contentType(), version.value());
        } else {
            problem(
                    exchange,
                    answer,
                    Door.refusal(
                            ErrorCode.NOT_ACCEPTABLE,
                            "the value is " + version.contentType() + ", which the Accept header does not take; "
                                    + HttpNames.SIBLINGS_JSON + " is always available"));
        }
    }

    private void oneSibling(Exchange exchange, Answer answer, @Nullable Version version) {
        if (version == null) {
            // Nothing was shown, so the context covers nothing.
            exchange.putHeader(HttpNames.CONTEXT, answer.token(CausalContext.EMPTY));
            problem(
                    exchange,
                    answer,
                    Door.refusal(
                            ErrorCode.NOT_FOUND, "this sibling is gone: it was overwritten, deleted or never there"));
            return;
        }
        CausalContext own = CausalContext.of(VersionVector.EMPTY, List.of(version.dot()));
        exchange.putHeader(HttpNames.CONTEXT, answer.token(own));
        exchange.putHeader(HttpNames.DOT, version.dot().toText());
        exchange.bytes(200, version.contentType(), version.value());
    }

    void written(Exchange exchange, Answer answer) {
        if (answer.reply() instanceof LedWritten written) {
            standing(exchange, answer, written.standing());
            KeyAddress address = answer.address();
            int partition = address == null ? 0 : address.partition();
            Dot dot = LedVersions.dotOf(partition, written.tag());
            exchange.putHeader(HttpNames.CONTEXT, answer.token(CausalContext.of(VersionVector.EMPTY, List.of(dot))));
            exchange.putHeader("ETag", written.tag().toText());
            exchange.empty(204);
            return;
        }
        if (!(answer.reply() instanceof WriteDone done)) {
            problem(exchange, answer);
            return;
        }
        exchange.putHeader(HttpNames.CONTEXT, answer.token(done.context()));
        exchange.putHeader(HttpNames.RESULT, result(answer, done.reached()));
        exchange.putHeader("ETag", etag(done.digest()));
        timing(exchange, done.reached());
        exchange.empty(204);
    }

    void explained(Exchange exchange, Answer answer) {
        KeyAddress address = answer.address();
        if (answer.reply() instanceof KeyReply.LedExplained led && address != null) {
            exchange.json(200, ExplainJson.write(ring, address, led));
            return;
        }
        if (!(answer.reply() instanceof Explained explained) || address == null) {
            problem(exchange, answer);
            return;
        }
        exchange.json(200, ExplainJson.write(ring, address, explained));
    }

    private void problem(Exchange exchange, Answer answer) {
        if (answer.reply() instanceof Refused refused) {
            problem(exchange, answer, refused);
        } else {
            throw new IllegalStateException("no rendering of " + answer.reply().getClass());
        }
    }

    private void problem(Exchange exchange, Answer answer, Refused refused) {
        KeyAddress address = answer.address();
        KeyReply.Standing standing = refused.standing();
        if (standing != null) {
            standing(exchange, answer, standing);
        }
        String token = answer.refusedToken();
        if (!token.isEmpty()) {
            exchange.putHeader(HttpNames.CONTEXT, token);
        }
        VersionTag present = refused.present();
        if (present != null) {
            exchange.putHeader("ETag", present.toText());
        }
        exchange.problem(refused, answer.level(), answer.epoch(), address == null ? -1 : address.partition());
    }

    private static ObjectNode array(String token, List<Version> shown) {
        ObjectNode body = Json.object();
        body.put("context", token);
        ArrayNode siblings = body.putArray("siblings");
        for (Version version : shown) {
            siblings.addObject()
                    .put("dot", version.dot().toText())
                    .put("contentType", version.contentType())
                    .put("size", version.value().length())
                    .put(
                            "written",
                            Instant.ofEpochMilli(version.writtenMillis()).toString())
                    .put(
                            "value",
                            Base64.getEncoder().encodeToString(version.value().unsafeArray()));
        }
        return body;
    }

    private static void multipart(Exchange exchange, List<Version> shown) {
        String boundary = "quorate-" + hash(shown);
        ByteSink out = new ByteSink(1024);
        for (Version version : shown) {
            line(out, "--" + boundary);
            line(out, "Content-Type: " + version.contentType());
            line(out, HttpNames.DOT + ": " + version.dot().toText());
            line(out, "Content-Length: " + version.value().length());
            line(out, "");
            out.raw(version.value());
            line(out, "");
        }
        line(out, "--" + boundary + "--");
        exchange.bytes(300, "multipart/mixed; boundary=" + boundary, out.toBytes());
    }

    /** A hash of all parts: whoever wants a part to hold the boundary would have to know it before it is made. */
    private static String hash(List<Version> shown) {
        Hasher hasher = Hashing.sha256().newHasher();
        for (Version version : shown) {
            hasher.putUnencodedChars(version.dot().toText())
                    .putBytes(version.value().unsafeArray());
        }
        return hasher.hash().toString().substring(0, 32);
    }

    private static void line(ByteSink out, String text) {
        byte[] bytes = (text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        out.raw(bytes, 0, bytes.length);
    }

    private static String etag(long digest) {
        return "\"" + HexFormat.of().toHexDigits(digest) + "\"";
    }

    private static String result(Answer answer, KeyReply.Reached reached) {
        return "mode=leaderless, level=" + answer.level() + ", need=" + reached.need() + ", acked=" + reached.acked()
                + ", homes=" + reached.homes() + ", hinted=" + reached.hinted() + ", repaired=" + reached.repaired()
                + ", siblings="
                + reached.siblings() + ", epoch=" + answer.epoch();
    }

    private static void timing(Exchange exchange, KeyReply.Reached reached) {
        if (!wantsTiming(exchange)) {
            return;
        }
        StringBuilder text = new StringBuilder();
        for (ReplicaResult replica : reached.replicas()) {
            text.append(text.isEmpty() ? "" : ", ").append(duration(replica.node(), replica.micros()));
            if (!replica.result().equals("acked")) {
                text.append(";desc=\"").append(replica.result()).append('"');
            }
        }
        exchange.putHeader(HttpNames.SERVER_TIMING, text.toString());
    }

    private static boolean wantsTiming(Exchange exchange) {
        return "1".equals(exchange.header(HttpNames.EXPLAIN));
    }

    private static String duration(NodeId node, long micros) {
        return node.value().replace('.', '_') + ";dur=" + String.format(Locale.ROOT, "%.3f", micros / 1000.0);
    }
}
