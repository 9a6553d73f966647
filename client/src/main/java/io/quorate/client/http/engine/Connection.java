package io.quorate.client.http.engine;

import io.quorate.ring.bytes.Bytes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One connection to a server: made, then one request after the other, then closed. */
final class Connection implements Loop.Ready {
    private final Pool pool;
    private final Loop loop;
    private final SocketChannel channel;
    private final ReplyParser parser;
    private final SelectionKey key;
    private Loop.@Nullable Timer connectDeadline;
    private @Nullable Job job;
    /** What of the request did not fit into the socket yet. */
    private @Nullable ByteBuffer unsent;

    private boolean sentAny;
    private boolean made;
    private boolean carried;
    private boolean closed;
    private long idleSinceNanos;

    private Connection(Pool pool, Loop loop, SocketChannel channel, int bodyBytesMax) throws IOException {
        this.pool = pool;
        this.loop = loop;
        this.channel = channel;
        this.parser = new ReplyParser(bodyBytesMax);
        this.key = loop.register(channel, 0, this);
    }

    /** Starts to connect; the pool hears of the end. */
    static Connection open(Pool pool, Loop loop, InetSocketAddress address, EngineLimits limits) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Connection connection = new Connection(pool, loop, channel, limits.answerBytesMax());
            // Also a connection that is there at once is told by the selector, after the pool knows of it.
            channel.connect(address);
            connection.key.interestOps(SelectionKey.OP_CONNECT);
            long deadline = System.nanoTime() + limits.connectTimeout().toNanos();
            connection.connectDeadline = loop.at(deadline, () -> connection.unmade("no connection in time", null));
            return connection;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** True if it never carried a request. */
    boolean isFresh() {
        return !carried;
    }

    boolean hasSent() {
        return sentAny;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    void carry(Job next) {
        job = next;
        carried = true;
        sentAny = false;
        unsent = null;
        parser.reset();
        next.carriedBy(this);
        send(next.request());
    }

    private void send(WireRequest request) {
        byte[] head = RequestHead.of(pool.origin(), request);
        Bytes body = request.body();
        int bodyLength = body == null ? 0 : body.length();
        ByteBuffer out = loop.writeBuffer();
        if (head.length + bodyLength > out.capacity()) {
            out = ByteBuffer.allocate(head.length + bodyLength);
        }
        out.put(head);
        if (body != null) {
            out.put(body.unsafeArray(), 0, bodyLength);
        }
        out.flip();
        write(out);
    }

    private void write(ByteBuffer out) {
        try {
            sentAny |= channel.write(out) > 0;
        } catch (IOException e) {
            // The server may have answered and closed; what it said is read next.
            unsent = null;
            key.interestOps(SelectionKey.OP_READ);
            if (!sentAny) {
                broken("could not be sent", e);
            }
            return;
        }
        if (!out.hasRemaining()) {
            unsent = null;
            if (key.interestOps() != SelectionKey.OP_READ) {
                key.interestOps(SelectionKey.OP_READ);
            }
            return;
        }
        if (unsent != null) {
            // It is what is being written.
            return;
        }
        ByteBuffer rest = ByteBuffer.allocate(out.remaining());
        rest.put(out).flip();
        unsent = rest;
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    @Override
    public void ready(SelectionKey ready) {
        if (closed) {
            return;
        }
        if (!made) {
            finishConnect();
            return;
        }
        if (ready.isWritable() && unsent != null) {
            write(unsent);
        }
        if (!closed && ready.isReadable()) {
            read();
        }
    }

    private void finishConnect() {
        try {
            if (!channel.finishConnect()) {
                return;
            }
        } catch (IOException e) {
            unmade("connection refused or host unreachable", e);
            return;
        }
        made = true;
        stopConnectTimer();
        key.interestOps(SelectionKey.OP_READ);
        pool.made(this);
    }

    private void unmade(String what, @Nullable Throwable cause) {
        if (!closed && !made) {
            shut();
            pool.unmade(this, new Failure(Failure.Kind.UNREACHABLE, false, what, cause));
        }
    }

    private void read() {
        try {
            ByteBuffer in = loop.readBuffer();
            int count = channel.read(in);
            in.flip();
            if (job == null) {
                // An idle server has nothing to say but good-bye.
                close();
            } else if (count < 0) {
                ended();
            } else if (parser.feed(in)) {
                answered(!in.hasRemaining() && unsent == null && parser.keepsAlive());
            }
        } catch (IOException e) {
            broken("the connection broke: " + e.getMessage(), e);
        } catch (ReplyParser.MalformedException e) {
            fail(new Failure(Failure.Kind.BAD_ANSWER, true, String.valueOf(e.getMessage()), e));
        }
    }

    private void ended() {
        if (parser.end()) {
            answered(false);
        } else {
            broken(
                    parser.isUntouched()
                            ? "the connection was closed before an answer came"
                            : "the connection was closed within the answer",
                    null);
        }
    }

    private void answered(boolean goesOn) {
        Job answered = job;
        job = null;
        WireReply reply = parser.reply();
        if (goesOn) {
            idleSinceNanos = System.nanoTime();
            pool.free(this);
        } else {
            close();
        }
        if (answered != null) {
            answered.answered(reply);
        }
    }

    private void broken(String what, @Nullable Throwable cause) {
        fail(new Failure(Failure.Kind.BROKEN, sentAny, what, cause));
    }

    private void fail(Failure failure) {
        Job failed = job;
        job = null;
        close();
        if (failed != null) {
            failed.failed(failure);
        }
    }

    /** Ends the connection and, if it carries one, its request. */
    void end(Failure failure) {
        fail(failure);
    }

    void close() {
        if (!closed) {
            shut();
            pool.gone(this);
        }
    }

    private void shut() {
        closed = true;
        job = null;
        stopConnectTimer();
        key.cancel();
        try {
            channel.close();
        } catch (IOException e) {
            loop.report(e);
        }
    }

    private void stopConnectTimer() {
        Loop.Timer timer = connectDeadline;
        if (timer != null) {
            timer.stop();
            connectDeadline = null;
        }
    }
}
