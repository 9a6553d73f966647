package io.quorate.bench.chaos;

import io.quorate.client.error.QuorateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Threads of clients that each send a request after the other at a rate, and the errors that they get. For several threads. */
final class Crew {
    private static final int FORBIDDEN_MAX = 20;

    private final Set<String> allowed;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Map<String, Long> errors = new TreeMap<>();
    private final List<String> forbidden = new ArrayList<>();

    /** Nobody yet; {@code allowed} are the codes of errors that a request may come to. */
    Crew(Set<String> allowed) {
        this.allowed = allowed;
    }

    /**
     * Starts them.
     *
     * @param rate requests a second, of all
     * @param client gives what the client of a number, from 0, does again and again
     */
    void start(String name, int clients, int rate, IntFunction<Runnable> client) {
        long pause = TimeUnit.SECONDS.toNanos(clients) / rate;
        for (int i = 0; i < clients; i++) {
            Runnable ask = client.apply(i);
            Thread thread = new Thread(() -> runGuarded(ask, pause), name + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** A client that ends by itself has found something too: an answer that makes no sense to it. */
    private void runGuarded(Runnable ask, long pause) {
        try {
            run(ask, pause);
        } catch (RuntimeException | Error e) {
            if (!over.get()) {
                forbid("a client ended by " + e);
            }
            throw e;
        }
    }

    private void run(Runnable ask, long pause) {
        long next = System.nanoTime() + ThreadLocalRandom.current().nextLong(pause + 1);
        while (!over.get()) {
            long now = System.nanoTime();
            if (next - now > 0) {
                LockSupport.parkNanos(next - now);
                continue;
            }
            // Who was held up does not make up for it: that would be a flood.
            next = Math.max(next + pause, now);
            ask.run();
        }
    }

    /** No client begins anything more. */
    void end() {
        over.set(true);
    }

    /** The same, and waits for what they have begun. */
    void stop() throws InterruptedException {
        end();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** An error that belongs to what was asked for. */
    synchronized void counts(QuorateException e) {
        errors.merge(e.code(), 1L, Long::sum);
    }

    /** An error that is to be among the allowed ones; {@code what} it came of. */
    synchronized void failed(String what, QuorateException e) {
        counts(e);
        if (!allowed.contains(e.code())) {
            forbid(what + ": " + e.getMessage());
        }
    }

    synchronized void forbid(String what) {
        if (forbidden.size() < FORBIDDEN_MAX) {
            forbidden.add(what);
        }
    }

    /** Errors that clients got, by their code. */
    synchronized Map<String, Long> errors() {
        return Map.copyOf(errors);
    }

    /** Errors that nothing excuses, some of them. */
    synchronized List<String> forbidden() {
        return List.copyOf(forbidden);
    }
}
