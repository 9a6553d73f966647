package io.quorate.bench.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Faults as a plan has them, one step after the other for a while. */
final class SeededFaults implements Ordeal {
    private final Settings settings;
    private final Stage stage;
    private final FaultPlan plan;
    private int aimed;

    /**
     * What is to be done.
     *
     * @param wanted kinds, of which those come that are possible
     * @param aims whether half of those that hurt a leader are to hit who leads the busiest group
     * @param seconds under faults
     * @param stepMillis how long a fault lasts, and the calm after it, about
     */
    record Settings(Set<Fault> wanted, boolean aims, long seed, long seconds, long stepMillis) {}

    SeededFaults(Settings settings, Stage stage) {
        this.settings = settings;
        this.stage = stage;
        this.plan = new FaultPlan(
                settings.seed(),
                IntStream.range(0, stage.urls().size())
                        .mapToObj(node -> stage.victims().possible(node).stream()
                                .filter(settings.wanted()::contains)
                                .collect(Collectors.toSet()))
                        .toList(),
                settings.aims());
    }

    @Override
    public List<String> go() throws IOException, InterruptedException {
        double begun = stage.timeline().now();
        while (stage.timeline().now() - begun < settings.seconds()) {
            FaultPlan.Step step = plan.next(settings.stepMillis());
            stage.pause(step.calmMillis());
            if (step.doings().stream().anyMatch(doing -> doing.fault().losesData())) {
                // A disk is lost only when all others have what they should have.
                stage.awaitWhole();
                if (settings.aims()) {
                    // Who has lost one before is a member of all its groups again.
                    stage.awaitLed();
                }
            }
            hurt(aimed(step.doings()), step.lastsMillis());
        }
        return List.of();
    }

    @Override
    public String summary() {
        return plan.used() + (aimed == 0 ? "" : ", " + aimed + " of them at the leader of the busiest group");
    }

    private List<FaultPlan.Doing> aimed(List<FaultPlan.Doing> doings) throws InterruptedException {
        List<FaultPlan.Doing> real = new ArrayList<>();
        for (FaultPlan.Doing doing : doings) {
            real.add(doing.atLeader() ? atLeader(doing) : doing);
        }
        if (real.size() == 2 && real.get(0).node() == real.get(1).node()) {
            real.remove(1);
        }
        return real;
    }

    private FaultPlan.Doing atLeader(FaultPlan.Doing doing) throws InterruptedException {
        OptionalInt leader = stage.leads().ofTheBusiest();
        return leader.isPresent() && stage.victims().possible(leader.getAsInt()).contains(doing.fault())
                ? new FaultPlan.Doing(doing.fault(), leader.getAsInt(), true)
                : new FaultPlan.Doing(doing.fault(), doing.node(), false);
    }

    private static String text(FaultPlan.Doing doing) {
        return Stage.name(doing.node()) + " " + doing.fault().text()
                + (doing.atLeader() ? " while it leads the busiest group" : "");
    }

    private void hurt(List<FaultPlan.Doing> doings, long millis) throws IOException, InterruptedException {
        Timeline timeline = stage.timeline();
        List<Double> begun = new ArrayList<>();
        // Those of links first, and ended last: a node that is down or frozen could not be told.
        doings.sort((a, b) -> Boolean.compare(b.fault().isOfLinks(), a.fault().isOfLinks()));
        for (FaultPlan.Doing doing : doings) {
            begun.add(timeline.now());
            aimed += doing.atLeader() ? 1 : 0;
            timeline.say(text(doing));
            stage.victims().begin(doing.fault(), doing.node());
        }
        stage.pause(millis);
        List<FaultPlan.Doing> ends = new ArrayList<>(doings);
        Collections.reverse(ends);
        for (FaultPlan.Doing doing : ends) {
            stage.victims().end(doing.fault(), doing.node());
            timeline.lasted(text(doing), begun.get(doings.indexOf(doing)));
            timeline.say(Stage.name(doing.node()) + " is left alone again");
        }
    }
}
