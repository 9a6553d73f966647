package io.quorate.bench.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** All nodes are killed at once under the load, and started again; then every key is read. Again and again. */
final class KillAll implements Ordeal {
    private final Settings settings;
    private final Stage stage;
    private final List<Load> loads;
    private int rounds;

    /**
     * What is to be done.
     *
     * @param loadMillis how long clients have before each kill, about
     */
    record Settings(int rounds, long loadMillis) {}

    KillAll(Settings settings, Stage stage, List<Load> loads) {
        this.settings = settings;
        this.stage = stage;
        this.loads = List.copyOf(loads);
    }

    @Override
    public List<String> go() throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        Timeline timeline = stage.timeline();
        while (rounds < settings.rounds()) {
            stage.pause(settings.loadMillis());
            double killed = timeline.now();
            stage.victims().killAll();
            stage.victims().startAll();
            double started = timeline.now();
            stage.awaitLed();
            stage.awaitWhole();
            timeline.lasted("all nodes are killed", killed);
            double whole = timeline.now();
            for (Load load : loads) {
                for (String unread : load.readAll()) {
                    wrong.add("after kill " + (rounds + 1) + ": " + unread);
                }
            }
            rounds++;
            timeline.say(String.format(
                    Locale.ROOT,
                    "kill %d of all nodes: they serve %.1f s later, and have leaders and all that they should have %.1f s"
                            + " later; every key was read",
                    rounds,
                    started - killed,
                    whole - killed));
        }
        return wrong;
    }

    @Override
    public String summary() {
        return rounds + " times all nodes at once are killed";
    }
}
