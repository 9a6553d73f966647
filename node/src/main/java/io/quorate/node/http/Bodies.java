package io.quorate.node.http;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.ErrorCode;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Promise;

/** Reads request bodies without blocking and never more of them than the limit. */
final class Bodies {
    private final int maxBytes;
    private final Room room;

    /** Where bodies wait until they are whole. */
    interface Room {
        /** Takes up so many bytes, or refuses; what is returned gives them back. */
        Runnable reserve(long bytes);
    }

    Bodies(int maxBytes, Room room) {
        this.maxBytes = maxBytes;
        this.room = room;
    }

    /**
     * Hands over the whole body, or answers what is wrong with it.
     *
     * @param lengthRequired whether a request that announces no body at all is refused
     */
    void read(Exchange exchange, boolean lengthRequired, Consumer<Bytes> then) {
        Request request = exchange.request();
        long length = request.getLength();
        boolean chunked = request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
        boolean http2 = request.getConnectionMetaData().getHttpVersion().getVersion() >= 20;
        if (lengthRequired && !chunked && !http2 && !request.getHeaders().contains(HttpHeader.CONTENT_LENGTH)) {
            throw new HttpProblem(
                    ErrorCode.LENGTH_REQUIRED,
                    "a write needs a Content-Length; send Content-Length: 0 for an empty value");
        }
        if (length > maxBytes) {
            throw new HttpProblem(
                    ErrorCode.VALUE_TOO_LARGE, "the body has " + length + " bytes, the limit is " + maxBytes);
        }
        if (length == 0) {
            then.accept(Bytes.EMPTY);
            return;
        }
        Runnable release = room.reserve(length < 0 ? maxBytes : length);
        Content.Source.asByteArrayAsync(request, maxBytes, new Promise.Invocable.NonBlocking<>() {
            @Override
            public void succeeded(byte[] bytes) {
                release.run();
                Router.guard(exchange, () -> then.accept(Bytes.wrap(bytes)));
            }

            @Override
            public void failed(Throwable failure) {
                release.run();
                if (failure instanceof IllegalStateException) {
                    exchange.problem(
                            ErrorCode.VALUE_TOO_LARGE, "the body has more than the limit of " + maxBytes + " bytes");
                } else {
                    exchange.problem(ErrorCode.BAD_REQUEST, "the body ended early or came too slowly");
                }
            }
        });
    }
}
