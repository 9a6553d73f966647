package io.quorate.bench.load;

import java.util.OptionalDouble;

/**
 * What a run has measured. Rates and costs are of operations that were answered; failures are counted apart.
 *
 * @param interrupted whether the run was ended from outside before its time
 * @param preload what was done before the measured window
 * @param seconds the length of the measured window, until the last operation had ended; 0 if it was never begun
 * @param clientCpuSeconds processor time of this process in the window
 */
record LoadReport(
        LoadSettings settings,
        boolean interrupted,
        Preload preload,
        double seconds,
        Tally tally,
        ServerUse serverUse,
        OptionalDouble clientCpuSeconds) {
    private static final double THOUSAND = 1000;

    /** The keys gone over before the measured window, and how many of them failed. */
    record Preload(long keys, long failed, double seconds) {}

    /** Answered operations a second until the last had ended. */
    double operationsPerSecond() {
        return seconds == 0 ? 0 : tally.answered() / seconds;
    }

    /** Milliseconds of processor time of all servers for a thousand operations. */
    OptionalDouble serverCpuMillisPerThousand() {
        return perThousand(serverUse.cpuSeconds(), THOUSAND, tally.answered());
    }

    /** Milliseconds of processor time of this process for a thousand operations. */
    OptionalDouble clientCpuMillisPerThousand() {
        return perThousand(clientCpuSeconds, THOUSAND, tally.answered());
    }

    /** Fsyncs of all nodes together for a thousand puts. */
    OptionalDouble fsyncsPerThousandPuts() {
        return perThousand(serverUse.fsyncs(), 1, tally.answered(Operation.PUT));
    }

    private static OptionalDouble perThousand(OptionalDouble amount, double unit, long operations) {
        return amount.isEmpty() || operations == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(amount.getAsDouble() * unit * THOUSAND / operations);
    }
}
