package io.quorate.node.transport.tcp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes bytes on between two addresses, and can swallow those of its present connections without closing them. */
final class Relay implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final List<Pipe> pipes = new CopyOnWriteArrayList<>();

    Relay(int target) throws IOException {
        this.target = target;
        start(this::accept);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return pipes.size();
    }

    /** From now on nothing passes on the connections that are open; new ones are not affected. */
    void swallow() {
        pipes.forEach(pipe -> pipe.swallowing = true);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                Pipe pipe = new Pipe(near, far);
                pipes.add(pipe);
                start(() -> pipe.pass(near, far));
                start(() -> pipe.pass(far, near));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static final class Pipe {
        private final Socket near;
        private final Socket far;
        private volatile boolean swallowing;

        private Pipe(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }

        private void pass(Socket from, Socket to) {
            byte[] buffer = new byte[8192];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    if (!swallowing) {
                        out.write(buffer, 0, count);
                    }
                }
            } catch (IOException closed) {
                // One side is gone: unless bytes are swallowed, the other learns of it below.
                assert from.isConnected();
            }
            if (!swallowing) {
                close();
            }
        }

        private void close() {
            try {
                near.close();
                far.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        pipes.forEach(Pipe::close);
    }
}
