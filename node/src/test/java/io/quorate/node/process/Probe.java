package io.quorate.node.process;

import io.quorate.node.fixture.Http;
import io.quorate.node.fixture.Reply;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads through one node again and again, at QUORUM and at ALL, and prints a line for each answer: level, status, and the
 * machine's monotonic clock when the request was sent. For a place that a test cannot reach by itself, such as a network
 * namespace.
 */
final class Probe {
    private static final long SPACING_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int READS_MAX = 20_000;
    private static final int KEYS = 64;

    private Probe() {}

    public static void main(String[] args) {
        for (int i = 0; i < READS_MAX; i++) {
            String level = i % 2 == 0 ? "QUORUM" : "ALL";
            long sent = System.nanoTime();
            System.out.println(level + " " + status(args[0], i / 2 % KEYS, level) + " " + sent);
            System.out.flush();
            LockSupport.parkNanos(SPACING_NANOS - (System.nanoTime() - sent));
        }
    }

    /** 0 if there was no answer. */
    private static int status(String url, int key, String level) {
        try {
            Reply reply = Http.get(url, "/v1/buckets/carts/keys/probe" + key + "?timeout=1s&level=" + level);
            return reply.status();
        } catch (UncheckedIOException | AssertionError unreachable) {
            System.err.println(unreachable.getMessage());
            return 0;
        }
    }
}
