package io.quorate.node.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.HttpNames;
import io.quorate.ring.wire.Outcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** One request and the ways to answer it. Answers once; may be answered from any thread. */
final class Exchange {
    private static final HttpField PROBLEM = new HttpField(HttpHeader.CONTENT_TYPE, HttpNames.PROBLEM_JSON);
    private static final HttpField JSON = new HttpField(HttpHeader.CONTENT_TYPE, "application/json");

    private final Request request;
    private final Response response;
    private final Callback callback;

    Exchange(Request request, Response response, Callback callback) {
        this.request = request;
        this.response = response;
        this.callback = callback;
    }

    Request request() {
        return request;
    }

    String method() {
        return request.getMethod();
    }

    /** GET, or HEAD, which the server answers like GET but for the body. */
    boolean isRead() {
        return method().equals("GET") || method().equals("HEAD");
    }

    /** The path as it was sent, still encoded. */
    String path() {
        return RawTargetConnection.path(request);
    }

    /** The query as it was sent, still encoded; empty if there is none. */
    String query() {
        return RawTargetConnection.query(request);
    }

    @Nullable
    String header(String name) {
        return request.getHeaders().get(name);
    }

    /** A header that may stand only once. */
    @Nullable
    String single(String name) {
        List<String> values = request.getHeaders().getValuesList(name);
        if (values.size() > 1) {
            throw new HttpProblem(ErrorCode.BAD_REQUEST, name + " stands " + values.size() + " times; send it once");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** The lines of a header whose value is a list, as one. */
    @Nullable
    String joined(String name) {
        List<String> values = request.getHeaders().getValuesList(name);
        return values.isEmpty() ? null : String.join(",", values);
    }

    /** The tags of If-None-Match, which compares weakly. */
    static List<String> tags(String header) {
        List<String> tags = new ArrayList<>();
        for (String tag : header.split(",", -1)) {
            String trimmed = tag.trim();
            tags.add(trimmed.startsWith("W/") ? trimmed.substring(2) : trimmed);
        }
        return tags;
    }

    /** Runs what gives an answer, and does not take long, where that costs least. */
    void soon(Runnable answer) {
        RawTargetConnection.answer(request, answer);
    }

    /** Runs what takes long away from the thread that brings an answer. */
    void later(Runnable work) {
        try {
            request.getComponents().getExecutor().execute(work);
        } catch (RejectedExecutionException e) {
            // The server stops: what is left is answered here.
            work.run();
        }
    }

    void putHeader(String name, String value) {
        response.getHeaders().put(name, value);
    }

    /** A status and nothing else. */
    void empty(int status) {
        response.setStatus(status);
        response.write(true, null, callback);
    }

    void bytes(int status, String contentType, Bytes body) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length());
        response.write(true, body.asReadOnlyBuffer(), callback);
    }

    void json(int status, JsonNode body) {
        write(status, JSON, body);
    }

    /** The same, with something to do when it is sent. */
    void json(int status, JsonNode body, Runnable then) {
        byte[] text = Json.bytes(body);
        response.setStatus(status);
        response.getHeaders().put(JSON);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, text.length);
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        response.write(true, ByteBuffer.wrap(text), Callback.from(callback, then));
    }

    void siblings(int status, JsonNode body) {
        write(status, new HttpField(HttpHeader.CONTENT_TYPE, HttpNames.SIBLINGS_JSON), body);
    }

    void problem(Refused refused, String level, long epoch, int partition) {
        ErrorCode code = refused.code();
        ObjectNode body = Json.object();
        body.put("type", "/problems/" + code.text());
        body.put("title", code.title());
        body.put("status", code.status());
        body.put("code", code.text());
        body.put("detail", refused.detail());
        Outcome outcome = refused.outcome();
        if (outcome != null) {
            body.put("outcome", outcome.text());
        }
        if (refused.need() > 0) {
            body.put("need", refused.need());
            body.put("acked", refused.acked());
        }
        if (!level.isEmpty()) {
            body.put("level", level);
        }
        if (epoch > 0) {
            body.put("epoch", epoch);
        }
        if (partition >= 0) {
            body.put("partition", partition);
        }
        if (!refused.replicas().isEmpty()) {
            ArrayNode replicas = body.putArray("replicas");
            for (KeyReply.ReplicaResult replica : refused.replicas()) {
                replicas.addObject().put("node", replica.node().value()).put("result", replica.result());
            }
        }
        if (code == ErrorCode.OVERLOADED) {
            putHeader("Retry-After", "1");
        }
        if (code == ErrorCode.VALUE_TOO_LARGE || code == ErrorCode.LENGTH_REQUIRED) {
            // The body was not read, so the connection cannot be used again.
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        }
        write(code.status(), PROBLEM, body);
    }

    void problem(ErrorCode code, String detail) {
        problem(io.quorate.node.door.Door.refusal(code, detail), "", 0, -1);
    }

    private void write(int status, HttpField type, JsonNode body) {
        byte[] text = Json.bytes(body);
        response.setStatus(status);
        response.getHeaders().put(type);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, text.length);
        response.write(true, ByteBuffer.wrap(text), callback);
    }

    void text(int status, String contentType, String body) {
        bytes(status, contentType, Bytes.wrap(body.getBytes(StandardCharsets.UTF_8)));
    }
}
