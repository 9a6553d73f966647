package io.quorate.client.http;

import io.quorate.client.error.Attempt;
import io.quorate.client.http.engine.WireReply;
import io.quorate.ring.bytes.Bytes;
import java.util.List;
import java.util.Optional;

/** What came back, whatever its status. */
record Answer(WireReply reply, List<Attempt> attempts) {
    int status() {
        return reply.status();
    }

    Bytes body() {
        return reply.body();
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(reply.header(name));
    }

    /** True if the body's media type, without parameters, is this one. */
    boolean isOfType(String mediaType) {
        String type = header("Content-Type").orElse("");
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().equalsIgnoreCase(mediaType);
    }
}
