package io.quorate.client.http;

import io.quorate.client.error.Attempt;
import io.quorate.ring.bytes.Bytes;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;

/** What came back, whatever its status. */
record Answer(int status, HttpHeaders headers, Bytes body, List<Attempt> attempts) {
    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** True if the body's media type, without parameters, is this one. */
    boolean isOfType(String mediaType) {
        String type = header("Content-Type").orElse("");
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().equalsIgnoreCase(mediaType);
    }
}
