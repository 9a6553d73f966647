package io.quorate.node.config;

import io.quorate.node.config.NodeConfig.InvalidException;
import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.group.GroupSettings;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.protocol.liveness.Liveness;
import io.quorate.node.protocol.pace.PaceSettings;
import io.quorate.node.protocol.shard.ShardSettings;
import io.quorate.node.storage.Disk;
import io.quorate.node.storage.RocksPartitionStore;

/**
 * What fits most machines as it is. Times in nanoseconds unless the name says otherwise.
 *
 * @param recentRecordsBytes memory for records that were read or written last; 0 for none
 * @param pace when another home is asked for speed
 * @param maxDriftMillis by how much nodes' clocks may differ before they are not used for stamps; the same on all nodes
 * @param liveness how soon a peer that is gone is missed; the same on all nodes
 * @param drainNanos how long an orderly end waits for requests in flight
 * @param exchange how homes are brought together in the background
 * @param hints what is kept for homes that cannot take it
 * @param groupCheckNanos replicas of a leader group are compared about so often; 0 for never
 */
public record Tuning(
        Disk.Settings disk,
        long recentRecordsBytes,
        Queue queue,
        PaceSettings pace,
        long maxDriftMillis,
        Liveness.Settings liveness,
        long drainNanos,
        ExchangeSettings exchange,
        HintSettings hints,
        long groupCheckNanos) {
    public static final Tuning DEFAULT = new Tuning(
            Disk.Settings.DEFAULT,
            RocksPartitionStore.RECENT_BYTES_DEFAULT,
            Queue.DEFAULT,
            PaceSettings.DEFAULT,
            ShardSettings.MAX_DRIFT_MILLIS,
            Liveness.Settings.DEFAULT,
            2_000_000_000L,
            ExchangeSettings.DEFAULT,
            HintSettings.DEFAULT,
            GroupSettings.DEFAULT.checkNanos());

    /**
     * How many requests may wait for their turn, which adapts to how long they wait.
     *
     * @param min so many may always
     * @param max so many may at most
     * @param waitNanos the wait that a standing queue is brought to
     */
    public record Queue(int min, int max, long waitNanos) {
        public static final Queue DEFAULT = new Queue(64, 1024, 50_000_000L);

        public Queue {
            if (min < 1) {
                throw new InvalidException("limits.queue-min = " + min + ": must be at least 1");
            }
            if (max < min) {
                throw new InvalidException(
                        "limits.queue-max = " + max + ": must be at least limits.queue-min = " + min);
            }
            if (waitNanos < 1) {
                throw new InvalidException("limits.queue-wait = " + waitNanos + " ns: must be positive");
            }
        }
    }

    public Tuning {
        if (recentRecordsBytes < 0) {
            throw new InvalidException("storage.recent-records = " + recentRecordsBytes + ": must be at least 0");
        }
        if (maxDriftMillis < 1) {
            throw new InvalidException("clocks.max-drift = " + maxDriftMillis + " ms: must be at least 1 ms");
        }
        if (liveness.suspectNanos() / 2 < liveness.intervalNanos()) {
            throw new InvalidException("liveness.suspect-after = " + liveness.suspectNanos() / 1_000_000
                    + " ms: must be at least twice liveness.interval = " + liveness.intervalNanos() / 1_000_000
                    + " ms, so that one lost ping is no lost node");
        }
        if (drainNanos < 0) {
            throw new InvalidException("shutdown.drain = " + drainNanos + " ns: must be at least 0");
        }
        if (groupCheckNanos < 0) {
            throw new InvalidException("groups.check = " + groupCheckNanos + " ns: must be at least 0");
        }
    }
}
