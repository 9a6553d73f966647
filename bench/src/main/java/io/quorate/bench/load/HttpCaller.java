package io.quorate.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls over HTTP, with one connection to each node that it needs. A put goes on from the last answer for its key, as a
 * careful program would, so that it replaces what is there.
 */
final class HttpCaller implements Caller {
    /** Enough of an answer for a problem's code; values are read but not kept. */
    private static final int KEPT_BYTES = 2048;

    /** The contexts of all clients together. */
    private static final long CONTEXT_BYTES_MAX = 128L << 20;

    /** How long a client waits after a refused connection, so that a node that is down costs no processor. */
    private static final long CONNECT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final LoadSettings settings;
    private final List<HttpConnection> connections = new ArrayList<>();
    private final KeyRequests requests;
    private final RequestBuffer request = new RequestBuffer();
    private final KeyShare share;
    private final ContextMemory<byte[]> contexts;
    private final RandomValues values;
    private final NodeChoice nodes;

    HttpCaller(KeyShare share, SplittableRandom random, LoadSettings settings, NodeChoice nodes) {
        this.settings = settings;
        this.share = share;
        this.nodes = nodes;
        this.requests = new KeyRequests(settings);
        this.contexts = new ContextMemory<>(CONTEXT_BYTES_MAX / settings.clients(), context -> context.length);
        this.values = new RandomValues(settings.valueSizeBytes(), random);
        for (Endpoint each : settings.endpoints()) {
            connections.add(new HttpConnection(each, settings.socketTimeout(), KEPT_BYTES));
        }
    }

    @Override
    public String call(Operation operation, int key, Tally tally) {
        int node = nodes.nodeFor(key);
        writeRequest(operation, settings.endpoints().get(node), key, tally);
        try {
            HttpReply reply = connections.get(node).exchange(request);
            remember(key, reply);
            return isAnswer(operation, reply, tally) ? "" : (reply.status() + " " + reply.problemCode()).strip();
        } catch (ConnectFailedException e) {
            nodes.refused(node);
            LockSupport.parkNanos(CONNECT_PAUSE_NANOS);
            return "connect-failed";
        } catch (SocketTimeoutException e) {
            return "no-answer";
        } catch (EOFException e) {
            return "connection-closed";
        } catch (MalformedReplyException e) {
            return "malformed-answer";
        } catch (IOException e) {
            return "connection-broken";
        }
    }

    @Override
    public void close() {
        connections.forEach(HttpConnection::close);
    }

    private void writeRequest(Operation operation, Endpoint target, int key, Tally tally) {
        switch (operation) {
            case GET -> requests.get(request, target, key);
            case PUT -> {
                byte[] context = contexts.of(key);
                if (context == null) {
                    tally.wentWithoutContext();
                }
                requests.put(request, target, key, context, values.block(), values.nextOffset(), values.sizeBytes());
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
