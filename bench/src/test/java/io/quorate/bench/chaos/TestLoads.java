package io.quorate.bench.chaos;

import io.quorate.bench.check.KeyHistories;
import io.quorate.bench.check.LedHistories;
import java.util.Set;

/** Small loads on nodes that have just started. */
interface TestLoads {
    int CLIENTS = 8;
    int RATE = 150;

    Load start(Stage stage) throws Exception;

    static TestLoads leaderless(int keys, boolean disksAreSafe, long seed, Set<String> allowed) {
        return stage -> {
            stage.bucket(MixedLoad.STRICT, "{\"mode\":\"leaderless\",\"sloppy\":false}");
            stage.bucket(MixedLoad.SLOPPY, "{\"mode\":\"leaderless\"}");
            return MixedLoad.start(
                    new MixedLoad.Settings(CLIENTS, RATE, keys, seed, disksAreSafe, allowed),
                    stage.urls(),
                    new KeyHistories(),
                    stage.timeline());
        };
    }

    static TestLoads led(int keys, long seed) {
        return stage -> {
            stage.bucket(LedLoad.BUCKET, LedLoad.DEFINITION);
            stage.awaitLed();
            return LedLoad.start(
                    new LedLoad.Settings(CLIENTS, RATE, keys, seed, LedLoad.WHATEVER_HAPPENS),
                    stage.urls(),
                    new LedHistories(),
                    stage.timeline());
        };
    }
}
