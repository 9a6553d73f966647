package io.quorate.node;

import io.quorate.node.metrics.NodeMetrics;

/** What operators watch of homes that come together: hints, comparisons, and who is behind. */
final class RepairGauges {
    private RepairGauges() {}

    static void register(NodeMetrics metrics, NodeActors actors) {
        metrics.gauge(
                "quorate.hints.pending.keys",
                "Writes kept for other homes, in keys",
                () -> actors.figures().hints());
        metrics.gauge(
                "quorate.hints.pending.bytes",
                "Their bytes",
                () -> actors.figures().hintBytes());
        metrics.gauge(
                "quorate.hints.oldest.seconds",
                "Age of the oldest of them",
                () -> actors.figures().hintAgeMillis() / 1e3);
        metrics.gauge(
                "quorate.hints.delivered",
                "Handed over since the start",
                () -> actors.figures().hintsDelivered());
        metrics.gauge(
                "quorate.anti.entropy.oldest.seconds",
                "Since the pair that was longest not compared was; -1 if some has not been",
                () -> actors.figures().exchangeAgeMillis() < 0
                        ? -1
                        : actors.figures().exchangeAgeMillis() / 1e3);
        metrics.gauge(
                "quorate.anti.entropy.rounds",
                "Comparisons with another home that this node has brought to their end",
                () -> actors.figures().rounds());
        metrics.gauge(
                "quorate.anti.entropy.keys.compared",
                "Since the start",
                () -> actors.figures().keysCompared());
        metrics.gauge(
                "quorate.anti.entropy.keys.repaired",
                "Since the start",
                () -> actors.figures().keysRepaired());
        metrics.gauge(
                "quorate.replicas.behind",
                "Replicas that may have missed something, those that lag included",
                () -> actors.health().behind());
        metrics.gauge(
                "quorate.replicas.lagging",
                "Replicas that have lost data and not got it back: they count for no read",
                () -> actors.health().lagging());
        metrics.gauge(
                "quorate.scrub.leaves.damaged",
                "Leaves whose records did not make them up",
                () -> actors.figures().leavesDamaged());
    }
}
