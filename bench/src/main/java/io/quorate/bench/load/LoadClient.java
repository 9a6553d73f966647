package io.quorate.bench.load;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One client: a connection, a share of the keys, and what it was last shown of each. A put goes on from the last answer
 * for its key, as a careful program would, so that it replaces what is there. A client whose node refuses connections
 * goes on to the next one. For one thread at a time; only {@link #close} may come from another.
 */
final class LoadClient implements Closeable {
    /** Enough of an answer for a problem's code; values are read but not kept. */
    private static final int KEPT_BYTES = 2048;

    /** The contexts of all clients together. */
    private static final long CONTEXT_BYTES_MAX = 128L << 20;

    /** Values are cut from a random block that is this much longer than one of them. */
    private static final int VALUE_VARIETY_BYTES = 4096;

    /** How long a client waits after a refused connection, so that a node that is down costs no processor. */
    private static final long CONNECT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final LoadSettings settings;
    private final List<HttpConnection> connections = new ArrayList<>();
    private final KeyRequests requests;
    private final RequestBuffer request = new RequestBuffer();
    private final KeyShare share;
    private final ContextMemory contexts;
    private final SplittableRandom random;
    private final byte[] values;
    private int endpoint;

    LoadClient(int number, LoadSettings settings, SplittableRandom random) {
        this.settings = settings;
        this.random = random;
        this.requests = new KeyRequests(settings);
        this.share = new KeyShare(number, settings.clients(), settings.keys());
        this.contexts = new ContextMemory(CONTEXT_BYTES_MAX / settings.clients());
        this.values = new byte[settings.valueSizeBytes() + VALUE_VARIETY_BYTES];
        random.nextBytes(values);
        this.endpoint = number % settings.endpoints().size();
        for (Endpoint each : settings.endpoints()) {
            connections.add(new HttpConnection(each, settings.socketTimeout(), KEPT_BYTES));
        }
    }

    KeyShare share() {
        return share;
    }

    SplittableRandom random() {
        return random;
    }

    /**
     * Does one operation and counts it.
     *
     * @param dueNanos when the operation was due; its latency counts from there
     * @return whether it was answered
     */
    boolean perform(Operation operation, int key, long dueNanos, Tally tally) {
        writeRequest(operation, key, tally);
        String failure;
        try {
            HttpReply reply = connections.get(endpoint).exchange(request);
            remember(key, reply);
            if (isAnswer(operation, reply, tally)) {
                tally.answered(operation, System.nanoTime() - dueNanos);
                return true;
            }
            failure = (reply.status() + " " + reply.problemCode()).strip();
        } catch (ConnectFailedException e) {
            failure = "connect-failed";
            endpoint = (endpoint + 1) % connections.size();
            LockSupport.parkNanos(CONNECT_PAUSE_NANOS);
        } catch (SocketTimeoutException e) {
            failure = "no-answer";
        } catch (EOFException e) {
            failure = "connection-closed";
        } catch (MalformedReplyException e) {
            failure = "malformed-answer";
        } catch (IOException e) {
            failure = "connection-broken";
        }
        tally.failed(failure, System.nanoTime() - dueNanos);
        return false;
    }

    /** Closes the connections; an operation that another thread has under way fails. */
    @Override
    public void close() {
        connections.forEach(HttpConnection::close);
    }

    private void writeRequest(Operation operation, int key, Tally tally) {
        Endpoint target = settings.endpoints().get(endpoint);
        switch (operation) {
            case GET -> requests.get(request, target, key);
            case PUT -> {
                byte[] context = contexts.of(key);
                if (context == null) {
                    tally.wentWithoutContext();
                }
                int offset = random.nextInt(VALUE_VARIETY_BYTES + 1);
                requests.put(request, target, key, context, values, offset, settings.valueSizeBytes());
            }
        }
    }

    private void remember(int key, HttpReply reply) {
        if (!share.contains(key)) {
            return;
        }
        byte[] context = reply.context();
        if (context != null) {
            contexts.remember(key, context);
        } else if (reply.status() == 400) {
            contexts.forget(key);
        }
    }

    private static boolean isAnswer(Operation operation, HttpReply reply, Tally tally) {
        int status = reply.status();
        if (status / 100 == 2) {
            return true;
        }
        if (operation == Operation.GET && status == 300) {
            tally.sawSiblings();
            return true;
        }
        if (operation == Operation.GET && status == 404 && reply.problemCode().equals("not-found")) {
            tally.sawNothing();
            return true;
        }
        return false;
    }
}
