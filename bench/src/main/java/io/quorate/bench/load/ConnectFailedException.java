package io.quorate.bench.load;

import java.io.IOException;

/** No connection could be made; nothing was sent. */
final class ConnectFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    ConnectFailedException(Endpoint endpoint, IOException cause) {
        super(endpoint.url() + ": " + cause.getMessage(), cause);
    }
}
