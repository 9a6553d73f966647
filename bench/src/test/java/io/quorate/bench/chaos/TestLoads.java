package io.quorate.bench.chaos;

import io.quorate.bench.check.KeyHistories;
import io.quorate.bench.check.LedHistories;

/** Small loads on nodes that have just started. */
interface TestLoads {
    int CLIENTS = 8;
    int RATE = 150;
    int KEYS = 30;

    Load start(Stage stage) throws Exception;

    static TestLoads leaderless(boolean disksAreSafe, long seed) {
        return stage -> {
            stage.bucket(MixedLoad.STRICT, "{\"mode\":\"leaderless\",\"sloppy\":false}");
            stage.bucket(MixedLoad.SLOPPY, "{\"mode\":\"leaderless\"}");
            return MixedLoad.start(
                    new MixedLoad.Settings(CLIENTS, RATE, KEYS, seed, disksAreSafe),
                    stage.urls(),
                    new KeyHistories(),
                    stage.timeline());
        };
    }

    static TestLoads led(long seed) {
        return stage -> {
            stage.bucket(LedLoad.BUCKET, LedLoad.DEFINITION);
            stage.awaitLed();
            return LedLoad.start(
                    new LedLoad.Settings(CLIENTS, RATE, KEYS, seed, LedLoad.WHATEVER_HAPPENS),
                    stage.urls(),
                    new LedHistories(),
                    stage.timeline());
        };
    }
}
