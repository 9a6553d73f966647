package io.quorate.node.server;

import io.quorate.node.config.NodeConfig.InvalidException;
import io.quorate.node.config.Tuning;
import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.protocol.liveness.Liveness;
import io.quorate.node.protocol.pace.PaceSettings;
import io.quorate.node.storage.Disk;
import io.quorate.node.transport.tcp.TcpSettings;

/** Reads the settings that most operators leave as they are. */
final class TuningLoader {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long MIB = 1L << 20;

    private final Effective effective;

    TuningLoader(Effective effective) {
        this.effective = effective;
    }

    Tuning tuning() {
        PaceSettings pace = PaceSettings.DEFAULT;
        return new Tuning(
                new Disk.Settings(bytes(Setting.DISK_RESERVE, MIB, 1L << 40, "must be from 1MiB to 1TiB")),
                bytes(Setting.RECENT_RECORDS, 0, 1L << 40, "must be from 0 to 1TiB"),
                new Tuning.Queue(
                        number(Setting.QUEUE_MIN, 1, 1_000_000),
                        number(Setting.QUEUE_MAX, 1, 1_000_000),
                        time(Setting.QUEUE_WAIT, MILLI, 60 * SECOND, "must be from 1ms to 60s")),
                new PaceSettings(
                        pace.slowFactor(),
                        pace.slowFloorNanos(),
                        time(Setting.PROBE_EVERY, 10 * MILLI, 600 * SECOND, "must be from 10ms to 600s"),
                        number(Setting.HEDGE_SHARE, 0, 1000),
                        pace.hedgesSaved(),
                        pace.hedgeFloorNanos(),
                        time(Setting.HEDGE_AFTER, pace.hedgeFloorNanos(), 60 * SECOND, "must be from 1ms to 60s"),
                        pace.forwardFloorNanos(),
                        time(Setting.FORWARD_AFTER, pace.forwardFloorNanos(), 60 * SECOND, "must be from 20ms to 60s"),
                        time(Setting.SILENT_AFTER, 10 * MILLI, 60 * SECOND, "must be from 10ms to 60s")),
                time(Setting.MAX_DRIFT, 100 * MILLI, 86_400 * SECOND, "must be from 100ms to 24h") / MILLI,
                // Pings go out with a tick of 50 ms.
                new Liveness.Settings(
                        time(Setting.PING_EVERY, 50 * MILLI, 60 * SECOND, "must be from 50ms to 60s"),
                        time(Setting.SUSPECT_AFTER, 100 * MILLI, 600 * SECOND, "must be from 100ms to 600s"),
                        Liveness.Settings.DEFAULT.frozenNanos()),
                time(Setting.DRAIN, 0, 60 * SECOND, "must be from 0 to 60s"),
                exchange(),
                new HintSettings(
                        bytes(Setting.HINT_BYTES, 1 << 10, 1L << 50, "must be from 1KiB to 1PiB"),
                        bytes(Setting.HINT_BYTES_IN_ALL, 1 << 10, 1L << 50, "must be from 1KiB to 1PiB"),
                        number(Setting.HINT_KEYS, 1, 1_000_000_000),
                        HintSettings.DEFAULT.window(),
                        bytes(Setting.HINT_RATE, 1 << 10, 1L << 40, "must be from 1KiB to 1TiB")),
                groupCheck());
    }

    private long groupCheck() {
        long every = time(Setting.GROUP_CHECK, 0, 365 * 86_400 * SECOND, "must be from 1s to 365 days, or 0");
        return every == 0 ? 0 : Math.max(SECOND, every);
    }

    private ExchangeSettings exchange() {
        ExchangeSettings usual = ExchangeSettings.DEFAULT;
        long every = time(Setting.EXCHANGE_EVERY, 0, 365 * 86_400 * SECOND, "must be from 1s to 365 days, or 0");
        return new ExchangeSettings(
                every == 0 ? Long.MAX_VALUE : Math.max(SECOND, every),
                usual.pauseNanos(),
                usual.retryNanos(),
                usual.resendNanos(),
                number(Setting.EXCHANGE_ROUNDS, 1, 64),
                bytes(Setting.EXCHANGE_RATE, 1 << 10, 1L << 40, "must be from 1KiB to 1TiB"),
                SECOND / number(Setting.SCRUB_RATE, 1, 100_000));
    }

    TcpSettings tcp() {
        TcpSettings tcp = TcpSettings.DEFAULT;
        int frames = 2 * TcpSettings.FRAME_MAX;
        String queue = "must be from " + frames + " bytes to 1GiB";
        return new TcpSettings(
                number(Setting.EVENT_LOOPS, 1, 16),
                (int) bytes(Setting.DATA_QUEUE, frames, 1 << 30, queue),
                (int) bytes(Setting.CONTROL_QUEUE, frames, 1 << 30, queue),
                (int) (time(Setting.CONNECT_TIMEOUT, 10 * MILLI, 60 * SECOND, "must be from 10ms to 60s") / MILLI),
                tcp.greetingMillis(),
                (int) (time(Setting.SILENCE, 100 * MILLI, 60 * SECOND, "must be from 100ms to 60s") / MILLI),
                tcp.backoffMinMillis(),
                tcp.backoffMaxMillis(),
                tcp.strangersMax());
    }

    private int number(String key, int min, int max) {
        int number = effective.number(key);
        check(key, number, min, max, "must be from " + min + " to " + max);
        return number;
    }

    private long bytes(String key, long min, long max, String rule) {
        return check(key, effective.bytes(key), min, max, rule);
    }

    private long time(String key, long min, long max, String rule) {
        return check(key, effective.nanos(key), min, max, rule);
    }

    private long check(String key, long value, long min, long max, String rule) {
        if (value < min || value > max) {
            throw new InvalidException(
                    effective.where(key) + Setting.ROOT + "." + key + " = " + effective.shown(key) + ": " + rule);
        }
        return value;
    }
}
