package io.quorate.bench.load;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to one node, kept alive from exchange to exchange, opened when it is needed and again after
 * it was lost. For one thread; only {@link #close} may come from another.
 *
 * <p>A blocking socket and two buffers, because the load shares its machine with the servers it measures. Connecting
 * and every read have a time limit. A write has none: whoever owns the thread ends it with {@link #close}.
 */
final class HttpConnection implements Closeable {
    private final Endpoint endpoint;
    private final int timeoutMillis;
    private final HttpReply reply;
    private volatile @Nullable Socket socket;
    private @Nullable ReplyReader reader;

    HttpConnection(Endpoint endpoint, Duration timeout, int keptBytesMax) {
        this.endpoint = endpoint;
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
        this.reply = new HttpReply(keptBytesMax);
    }

    /**
     * Sends a request and reads its answer, which is valid until the next call. After a failure the next call connects
     * anew.
     *
     * @throws ConnectFailedException if no connection could be made, so that nothing was sent
     * @throws java.net.SocketTimeoutException if a read took longer than the time limit
     * @throws java.io.EOFException if the server closed the connection before its answer was whole
     */
    HttpReply exchange(RequestBuffer request) throws IOException {
        boolean reusable = false;
        try {
            Socket current = socket;
            ReplyReader currentReader = reader;
            if (current == null || currentReader == null) {
                current = connect();
                currentReader = new ReplyReader(current.getInputStream());
                reader = currentReader;
            }
            request.writeTo(current.getOutputStream());
            currentReader.read(reply);
            reusable = reply.reusable();
            return reply;
        } finally {
            if (!reusable) {
                close();
                reader = null;
            }
        }
    }

    private Socket connect() throws ConnectFailedException {
        Socket fresh = new Socket();
        try {
            InetSocketAddress address = endpoint.address();
            if (address.isUnresolved()) {
                throw new UnknownHostException(endpoint.host());
            }
            fresh.setOption(StandardSocketOptions.TCP_NODELAY, true);
            fresh.connect(address, timeoutMillis);
            fresh.setSoTimeout(timeoutMillis);
            socket = fresh;
            return fresh;
        } catch (IOException e) {
            closeQuietly(fresh);
            throw new ConnectFailedException(endpoint, e);
        }
    }

    /** Closes the connection; an exchange that another thread has under way fails. */
    @Override
    public void close() {
        Socket current = socket;
        socket = null;
        if (current != null) {
            closeQuietly(current);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // A socket that cannot be closed is lost either way.
        }
    }
}
