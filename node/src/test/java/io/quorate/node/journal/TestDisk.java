package io.quorate.node.journal;

import io.quorate.node.storage.Disk;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** A disk that counts its writes. It can be held, so that they wait, and made to fail from one write on. */
final class TestDisk implements Disk {
    /** What becomes of the write that fails: nobody knows that of a real disk. */
    enum Failed {
        LOST,
        KEPT
    }

    private final Semaphore permits = new Semaphore(0);
    private final AtomicInteger begun = new AtomicInteger();
    private volatile boolean held;
    private volatile int failsFrom = Integer.MAX_VALUE;
    private volatile Failed failed = Failed.LOST;

    @Override
    public long usableBytes() {
        return Long.MAX_VALUE / 2;
    }

    @Override
    public void write(RocksDB db, WriteOptions options, WriteBatch batch) throws RocksDBException {
        int number = begun.incrementAndGet();
        if (held) {
            permits.acquireUninterruptibly();
        }
        if (number < failsFrom || (number == failsFrom && failed == Failed.KEPT)) {
            db.write(options, batch);
        }
        if (number >= failsFrom) {
            throw new RocksDBException(
                    new Status(Status.Code.IOError, Status.SubCode.None, "While fsync: Input/output error"));
        }
    }

    /** How many writes have reached it, those that wait or fail included. */
    int writes() {
        return begun.get();
    }

    /** Holds each write from now on until it is let go. */
    void hold() {
        held = true;
    }

    void letGo(int writes) {
        permits.release(writes);
    }

    void letAllGo() {
        held = false;
        permits.release(1_000_000);
    }

    void awaitWrites(int count) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> begun.get() >= count);
    }

    /** Fails the write that comes after so many more, and all that follow it; with -1 the one that is held. */
    void failAfter(int more, Failed outcome) {
        failed = outcome;
        failsFrom = begun.get() + more + 1;
    }
}
