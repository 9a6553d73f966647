package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.hint.HintBook;
import io.quorate.ring.topology.NodeId;

/**
 * What operators watch of the work in the background.
 *
 * @param hintAgeMillis of the oldest write that is kept for another home; 0 if none is
 * @param rounds comparisons with another home that came to their end
 * @param exchangeAgeMillis as {@link ExchangeReport#oldestAgeMillis}
 */
public record Figures(
        long hints,
        long hintBytes,
        long hintAgeMillis,
        long hintsDelivered,
        long exchangeAgeMillis,
        long keysCompared,
        long keysRepaired,
        long leavesDamaged,
        long rounds) {
    public static final Figures NONE = new Figures(0, 0, 0, 0, -1, 0, 0, 0, 0);

    static Figures of(
            ImmutableMap<NodeId, HintBook.Report> kept,
            long hints,
            ExchangeReport exchanges,
            long rounds,
            long nowMillis) {
        long bytes = 0;
        long age = 0;
        long delivered = 0;
        for (HintBook.Report each : kept.values()) {
            bytes += each.bytes();
            age = each.keys() == 0 ? age : Math.max(age, nowMillis - each.oldestMillis());
            delivered += each.delivered();
        }
        long compared = 0;
        long repaired = 0;
        for (ExchangeReport.Pair pair : exchanges.pairs()) {
            compared += pair.keysCompared();
            repaired += pair.keysRepaired();
        }
        return new Figures(
                hints,
                bytes,
                age,
                delivered,
                exchanges.oldestAgeMillis(),
                compared,
                repaired,
                exchanges.leavesDamaged(),
                rounds);
    }
}
