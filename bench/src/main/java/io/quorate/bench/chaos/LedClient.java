package io.quorate.bench.chaos;

import io.quorate.bench.check.LedHistories;
import io.quorate.bench.check.Operation;
import io.quorate.bench.check.Tag;
import io.quorate.client.LeaderView;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.error.PreconditionFailedException;
import io.quorate.client.error.QuorateException;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.led.Session;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who asks a leader bucket for one thing after the other, in one session and through whatever view, and puts down
 * what comes of it. Not for several threads.
 */
final class LedClient {
    /** What a write at SYNC may come to, and no other: it needs every voter. */
    private static final Set<String> WITHOUT_A_VOTER =
            Set.of(ErrorCode.UNAVAILABLE.text(), ErrorCode.LEVEL_NOT_REACHED.text());

    private final int process;
    private final Shared shared;
    private final Session session = Session.start();
    private final Map<String, LeaderVersion> known = new HashMap<>();
    private String lastFailure = "";

    /**
     * What all of them have in common.
     *
     * @param values counts what is written, so that no two values are the same
     */
    record Shared(LedHistories histories, AtomicLong values, Timeline timeline, Crew crew) {}

    LedClient(int process, Shared shared) {
        this.process = process;
        this.shared = shared;
    }

    /** Reads a key; whether there was an answer. */
    boolean read(LeaderView view, String key, ReadLevel level) {
        Operation asked = Operation.read(process, System.nanoTime());
        Operation told = asked;
        try {
            LeaderRead read = view.withReads(level).withSession(session).get(key);
            told = asked.shown(read.text().map(Long::valueOf).orElse(null), tag(read.version()), System.nanoTime());
            knows(key, read.version());
            shared.timeline().done();
            return true;
        } catch (QuorateException e) {
            told = asked.notApplied(System.nanoTime());
            lastFailure = String.valueOf(e.getMessage());
            failed(key, told, e);
            return false;
        } finally {
            if (level == ReadLevel.FOLLOWER) {
                shared.histories().addOfSession(key, told);
            } else {
                shared.histories().add(key, told);
            }
        }
    }

    /**
     * Writes a value of its own, or deletes; whether that was answered by done or by a condition that does not hold.
     *
     * @param kind no read; a compare-and-set of a key of which nothing is known creates it
     */
    boolean write(LeaderView view, String key, Operation.Kind kind, WriteLevel level) {
        Operation asked = operation(key, kind);
        Operation told = asked;
        try {
            LeaderWrite written = send(view.withWrites(level).withSession(session), key, asked);
            Optional<LeaderVersion> version = Optional.of(written.version());
            told = asked.done(tag(version), System.nanoTime());
            knows(key, kind == Operation.Kind.DELETE ? Optional.empty() : version);
            shared.timeline().done();
            return true;
        } catch (PreconditionFailedException e) {
            told = asked.refused(tag(e.current()), System.nanoTime());
            knows(key, e.current());
            shared.timeline().done();
            return true;
        } catch (QuorateException e) {
            // Of what was applied below its level it is not told as what; so it is as if that were not known.
            if (e.outcome() == Outcome.NOT_APPLIED) {
                told = asked.notApplied(System.nanoTime());
            }
            lastFailure = String.valueOf(e.getMessage());
            if (level == WriteLevel.SYNC && WITHOUT_A_VOTER.contains(e.code())) {
                shared.crew().counts(e);
                tally(told);
            } else {
                failed(key, told, e);
            }
            return false;
        } finally {
            shared.histories().add(key, told);
        }
    }

    /** Why something had no answer, the last time that happened; empty if it never did. */
    String lastFailure() {
        return lastFailure;
    }

    private Operation operation(String key, Operation.Kind kind) {
        LeaderVersion version = known.get(key);
        if (kind == Operation.Kind.DELETE) {
            return Operation.delete(process, System.nanoTime());
        }
        long value = shared.values().incrementAndGet();
        if (kind == Operation.Kind.WRITE) {
            return Operation.write(process, value, System.nanoTime());
        }
        Tag tag = tag(Optional.ofNullable(version));
        return kind == Operation.Kind.CREATE || tag == null
                ? Operation.create(process, value, System.nanoTime())
                : Operation.compareAndSet(process, tag, value, System.nanoTime());
    }

    private LeaderWrite send(LeaderView view, String key, Operation asked) {
        String value = String.valueOf(asked.value());
        return switch (asked.kind()) {
            case WRITE -> view.put(key, value);
            case DELETE -> view.delete(key);
            case CREATE -> view.putIfAbsent(key, value);
            case COMPARE_AND_SET -> view.compareAndSet(key, LeaderVersion.of("\"" + asked.expected() + "\""), value);
            case READ -> throw new IllegalArgumentException("a read writes nothing");
        };
    }

    private void failed(String key, Operation told, QuorateException e) {
        shared.crew().failed(key + ", " + told, e);
        tally(told);
    }

    private void tally(Operation told) {
        if (told.outcome() == Operation.Outcome.NOT_APPLIED) {
            shared.timeline().refused();
        } else {
            shared.timeline().unknown();
        }
    }

    private void knows(String key, Optional<LeaderVersion> version) {
        if (version.isPresent()) {
            known.put(key, version.get());
        } else {
            known.remove(key);
        }
    }

    /** Looks into a version as no client does: which entry of the log made it? */
    private static @Nullable Tag tag(Optional<LeaderVersion> version) {
        if (version.isEmpty()) {
            return null;
        }
        String text = version.get().text();
        int dot = text.indexOf('.');
        return new Tag(Long.parseLong(text, 1, dot, 10), Long.parseLong(text, dot + 1, text.length() - 1, 10));
    }
}
