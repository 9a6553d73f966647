package io.quorate.node.storage;

import io.quorate.node.protocol.store.StorageException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then at how much room the disk has, and says when writes must stop: early, while the engine still has room
 * for its own files, so that a full disk is an orderly refusal and no failed batch.
 *
 * <p>Looked after by the writer's thread; {@link #refusal} may be asked from any.
 */
final class RoomWatch {
    private static final long EVERY_NANOS = 200_000_000L;
    /** By how much more than the reserve there must be before writes go on, so that they do not stutter. */
    private static final int HYSTERESIS_PARTS = 8;

    private final Disk disk;
    private final long reserve;
    private final LongSupplier nanoClock;
    private final WriteObserver observer;
    private long lookedAt;
    private long writtenSince;
    private volatile @Nullable StorageException refusal;

    RoomWatch(Disk disk, Disk.Settings settings, LongSupplier nanoClock, WriteObserver observer) {
        this.disk = disk;
        this.reserve = settings.reserveBytes();
        this.nanoClock = nanoClock;
        this.observer = observer;
        look();
    }

    @Nullable
    StorageException refusal() {
        return refusal;
    }

    /** So much was written: looks if that is due by time or by amount. */
    void wrote(long bytes) {
        writtenSince += bytes;
        if (writtenSince >= reserve / HYSTERESIS_PARTS || nanoClock.getAsLong() - lookedAt >= EVERY_NANOS) {
            look();
        }
    }

    /** Looks now. */
    void look() {
        lookedAt = nanoClock.getAsLong();
        writtenSince = 0;
        long usable = disk.usableBytes();
        if (refusal == null && usable < reserve) {
            refusal = StorageException.noRoom("it has " + usable + " usable bytes left, less than disk.reserve = "
                    + reserve + "; free some room, and writes go on by themselves");
            observer.full("the disk has " + usable + " usable bytes left, less than disk.reserve = " + reserve
                    + ": this node takes no writes until there is room again; reads go on");
        } else if (refusal != null && usable >= reserve + reserve / HYSTERESIS_PARTS) {
            refusal = null;
            observer.room();
        }
    }

    /** Whether there is room for the reserve and so much more. */
    boolean hasRoomFor(long bytes) {
        return disk.usableBytes() >= reserve + reserve / HYSTERESIS_PARTS + bytes;
    }
}
