package io.quorate.bench.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A real register with compare-and-set, under clients in virtual time; each operation takes effect at one moment. */
final class HonestRegister {
    private final Settings settings;
    private final SplittableRandom random;
    private final PriorityQueue<Event> agenda = new PriorityQueue<>();
    private final Map<Integer, Tag> lastSeen = new HashMap<>();
    private final List<Operation> history = new ArrayList<>();
    private long events;
    private long values;
    private long index;
    private int begun;
    private @Nullable Long value;
    private @Nullable Tag tag;

    /**
     * What is asked of it.
     *
     * @param unknownPercent writes that are never answered; half of them never happen
     * @param reads of a hundred operations; the rest are writes of all kinds
     * @param deletes of a hundred writes
     * @param deletesTellTags whether the answer to a delete says where it stands in the log
     * @param distinctValues so many values are written, over and over; 0 for a new one each time
     */
    record Settings(
            int operations,
            int clients,
            int unknownPercent,
            int reads,
            int deletes,
            boolean deletesTellTags,
            int distinctValues) {}

    private record Event(long time, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(number, other.number);
        }
    }

    private HonestRegister(Settings settings, long seed) {
        this.settings = settings;
        this.random = new SplittableRandom(seed);
    }

    static List<Operation> history(Settings settings, long seed) {
        HonestRegister register = new HonestRegister(settings, seed);
        for (int client = 0; client < settings.clients(); client++) {
            register.invokeLater(client, 0);
        }
        while (!register.agenda.isEmpty()) {
            register.agenda.remove().action().run();
        }
        return register.history;
    }

    private void at(long time, Runnable action) {
        agenda.add(new Event(time, events++, action));
    }

    private void invokeLater(int client, long now) {
        long time = now + random.nextInt(3);
        at(time, () -> {
            if (begun < settings.operations()) {
                begun++;
                invoke(client, time);
            }
        });
    }

    private void invoke(int client, long now) {
        Operation operation = next(client, now);
        if (operation.kind() != Operation.Kind.READ && random.nextInt(100) < settings.unknownPercent()) {
            history.add(operation);
            if (random.nextBoolean()) {
                at(now + random.nextInt(100), () -> apply(operation, now));
            }
            invokeLater(client, now + 20);
            return;
        }
        long moment = now + random.nextInt(10);
        long returned = moment + random.nextInt(10);
        at(moment, () -> {
            Operation answered = apply(operation, returned);
            at(returned, () -> {
                history.add(answered);
                if (answered.value() != null && answered.tag() != null) {
                    lastSeen.put(client, answered.tag());
                }
                invokeLater(client, returned);
            });
        });
    }

    private Operation next(int client, long now) {
        if (random.nextInt(100) < settings.reads()) {
            return Operation.read(client, now);
        }
        if (random.nextInt(100) < settings.deletes()) {
            return Operation.delete(client, now);
        }
        long next = settings.distinctValues() == 0 ? ++values : random.nextInt(settings.distinctValues());
        Tag seen = lastSeen.get(client);
        return switch (random.nextInt(4)) {
            case 0 -> Operation.create(client, next, now);
            case 1, 2 ->
                seen == null
                        ? Operation.write(client, next, now)
                        : Operation.compareAndSet(client, seen, random.nextInt(10) == 0 ? null : next, now);
            default -> Operation.write(client, next, now);
        };
    }

    private Operation apply(Operation operation, long returned) {
        if (operation.kind() == Operation.Kind.READ) {
            return operation.shown(value, tag, returned);
        }
        boolean holds = switch (operation.kind()) {
            case CREATE -> value == null;
            case COMPARE_AND_SET -> tag != null && tag.equals(operation.expected());
            case READ, WRITE, DELETE -> true;
        };
        if (!holds) {
            return operation.refused(tag, returned);
        }
        index++;
        value = operation.value();
        Tag given = new Tag(1 + index / 50, index);
        tag = value == null ? null : given;
        return operation.done(value == null && !settings.deletesTellTags() ? null : given, returned);
    }
}
