package io.quorate.node.http;

import com.google.common.base.Throwables;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.wire.ErrorCode;
import java.time.Duration;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the errors that the HTTP server itself makes, such as a bad request line, the form of all others. */
final class ProblemErrorHandler extends ErrorHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemErrorHandler.class);
    private static final long QUIET_MILLIS = 10_000;
    private static final int ADDRESSES_MAX = 256;

    private final NodeId self;
    /** When each address was last complained of. */
    private final Cache<String, Boolean> complainedOf = CacheBuilder.newBuilder()
            .maximumSize(ADDRESSES_MAX)
            .expireAfterWrite(Duration.ofMillis(QUIET_MILLIS))
            .build();

    private volatile Consumer<String> outOfMemory = why -> {};

    ProblemErrorHandler(NodeId self) {
        this.self = self;
    }

    /** Names who is told when memory for a request could not be had: whatever else wants some has been left half done. */
    void onOutOfMemory(Consumer<String> told) {
        outOfMemory = told;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (request.getAttribute(ERROR_EXCEPTION) instanceof Throwable failure) {
            Throwables.getCausalChain(failure).stream()
                    .filter(OutOfMemoryError.class::isInstance)
                    .findFirst()
                    .ifPresent(error -> outOfMemory.accept(String.valueOf(error.getMessage())));
        }
        Object message = request.getAttribute(ERROR_MESSAGE);
        String detail = message == null ? "the request is no valid HTTP" : String.valueOf(message);
        if (response.getStatus() == 431 || response.getStatus() == 414) {
            detail = "the request line and headers together have more than the limit of " + HttpServer.HEADERS_MAX
                    + " bytes; nothing was done";
        }
        complain(Request.getRemoteAddr(request), detail);
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
        new Exchange(request, response, callback).problem(code(response.getStatus()), detail);
        return true;
    }

    /** Once in a while for each address, however much it sends. */
    private void complain(String address, String detail) {
        if (complainedOf.asMap().putIfAbsent(address, true) == null) {
            LOG.warn("{}: what {} sends is no request that HTTP allows: {}", self, address, detail);
        }
    }

    private static ErrorCode code(int status) {
        return switch (status) {
            case 404 -> ErrorCode.NO_SUCH_ROUTE;
            case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 406 -> ErrorCode.NOT_ACCEPTABLE;
            case 411 -> ErrorCode.LENGTH_REQUIRED;
            case 413 -> ErrorCode.VALUE_TOO_LARGE;
            case 414 -> ErrorCode.KEY_TOO_LONG;
            case 415 -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
            case 431 -> ErrorCode.HEADERS_TOO_LARGE;
            case 500 -> ErrorCode.INTERNAL;
            // An HTTP version or transfer coding that nobody has.
            case 501, 505 -> ErrorCode.BAD_REQUEST;
            case 503 -> ErrorCode.UNAVAILABLE;
            default -> status < 500 ? ErrorCode.BAD_REQUEST : ErrorCode.INTERNAL;
        };
    }
}
