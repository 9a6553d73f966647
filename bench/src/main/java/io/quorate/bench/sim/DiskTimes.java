package io.quorate.bench.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** How long the disks of a simulation take: one write after the other, and in some runs a write now and then very long. */
public final class DiskTimes {
    private static final long MILLI = 1_000_000L;

    private final Agenda agenda;
    private final Random random;
    private final boolean slow;
    private final int usualMillis;
    private final int oneOfSlow;
    private final Map<Object, Long> busyUntil = new HashMap<>();
    private boolean well;

    /**
     * @param usualMillis that a write takes at most, if it is none of the long ones
     * @param oneOfSlow of how many writes one is long, in runs in which some are
     */
    public DiskTimes(Agenda agenda, Random random, int usualMillis, int oneOfSlow) {
        this.agenda = agenda;
        this.random = random;
        this.slow = random.nextInt(2) == 0;
        this.usualMillis = usualMillis;
        this.oneOfSlow = oneOfSlow;
    }

    /** From now on no write takes long. */
    public void heal() {
        well = true;
    }

    /**
     * When a write that begins now ends.
     *
     * @param disk whose; equal to itself alone
     */
    public long next(Object disk) {
        long nanos = MILLI / 5 + random.nextInt((int) (usualMillis * MILLI));
        if (!well && slow && random.nextInt(oneOfSlow) == 0) {
            nanos += random.nextInt(1000) * MILLI;
        }
        long free = Math.max(busyUntil.getOrDefault(disk, 0L), agenda.now()) + nanos;
        busyUntil.put(disk, free);
        return free;
    }
}
