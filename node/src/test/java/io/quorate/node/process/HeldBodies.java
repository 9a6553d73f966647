package io.quorate.node.process;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Requests whose bodies lack their last byte, so that the server has to keep them. */
final class HeldBodies implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();

    private HeldBodies() {}

    /** Sends as many as the server takes. */
    static HeldBodies send(URI server, int count, int bytes) throws IOException {
        HeldBodies held = new HeldBodies();
        byte[] body = new byte[bytes - 1];
        try {
            for (int i = 0; i < count; i++) {
                Socket socket = new Socket(server.getHost(), server.getPort());
                held.sockets.add(socket);
                OutputStream out = socket.getOutputStream();
                out.write(("PUT /v1/buckets/carts/keys/held-" + i + "?level=ONE HTTP/1.1\r\nHost: h\r\nContent-Length: "
                                + bytes + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                out.write(body);
            }
        } catch (SocketException e) {
            // The server has ended under them, which is what they are for.
            return held;
        }
        return held;
    }

    int count() {
        return sockets.size();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
