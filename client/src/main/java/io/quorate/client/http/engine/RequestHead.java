package io.quorate.client.http.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The head of a request as bytes. */
final class RequestHead {
    private RequestHead() {}

    /** The request must be without fault. */
    static byte[] of(Origin origin, WireRequest request) {
        StringBuilder out = new StringBuilder(320)
                .append(request.method())
                .append(' ')
                .append(request.target())
                .append(" HTTP/1.1\r\nHost: ")
                .append(origin.authority())
                .append("\r\n");
        List<String> headers = request.headers();
        for (int i = 0; i < headers.size(); i += 2) {
            out.append(headers.get(i)).append(": ").append(headers.get(i + 1)).append("\r\n");
        }
        if (request.body() != null) {
            out.append("Content-Length: ").append(request.body().length()).append("\r\n");
        }
        return out.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
