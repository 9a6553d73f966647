package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.ring.consistency.ReadLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads that wait: for the leader to be confirmed, or for entries to be applied. */
final class Lookups {
    /** Linearizable reads by their numbers in the core. */
    private final Map<Long, Confirming> confirming = new HashMap<>();
    /** Reads that may be answered once an index is applied. */
    private final NavigableMap<Long, List<Call>> applying = new TreeMap<>();

    private long next;
    private int size;
    /** Of the last entry applied. */
    private long term;

    /** A read, and what had been acknowledged by this leader's disk alone when it began. */
    private record Confirming(Call call, long told) {}

    /** Begins a read that the core has to confirm; its number there. It has to see what clients were told of before. */
    long confirm(Call call, long told) {
        confirming.put(++next, new Confirming(call, told));
        size++;
        return next;
    }

    int size() {
        return size;
    }

    /** The core has said that a read may see an index; the call if it failed and is to be tried in another way. */
    @Nullable
    Call confirmed(Ready.Read read) {
        Confirming confirmed = confirming.remove(read.id());
        if (confirmed == null) {
            return null;
        }
        size--;
        if (read.index() < 0) {
            return confirmed.call();
        }
        await(confirmed.call(), Math.max(read.index(), confirmed.told()));
        return null;
    }

    /** Keeps a read until an index is applied. */
    void await(Call call, long index) {
        applying.computeIfAbsent(index, i -> new ArrayList<>()).add(call);
        size++;
    }

    /** Those that can be answered by now. */
    List<Call> applied(VersionTag last) {
        boolean termBegins = last.term() > term;
        term = last.term();
        if (applying.isEmpty() || (applying.firstKey() > last.index() && !termBegins)) {
            return List.of();
        }
        List<Call> ready = new ArrayList<>();
        applying.headMap(last.index(), true).values().forEach(ready::addAll);
        applying.headMap(last.index(), true).clear();
        if (termBegins) {
            applying.values().forEach(calls -> takeLost(calls, ready));
        }
        size -= ready.size();
        return ready;
    }

    /** What a session saw of an earlier term and is not applied by now was only ever on a disk that lost its lead. */
    private void takeLost(List<Call> calls, List<Call> ready) {
        calls.removeIf(call -> {
            VersionTag seen = call.request() instanceof LedRequest.Read read ? read.seen() : null;
            boolean lost = seen != null && isSessionRead(call) && seen.term() < term;
            if (lost) {
                ready.add(call);
            }
            return lost;
        });
    }

    /** Ends those whose time is over. Those of a session that have waited for half of their time are given back. */
    List<Call> tick(long now, long patience) {
        List<Call> impatient = new ArrayList<>();
        confirming.values().removeIf(read -> end(read.call(), now));
        applying.values()
                .forEach(calls -> calls.removeIf(call -> {
                    boolean elsewhere = isSessionRead(call) && !call.handedOn() && call.deadline() - now < patience;
                    if (elsewhere && !call.isOver(now)) {
                        impatient.add(call);
                        size--;
                        return true;
                    }
                    return end(call, now);
                }));
        applying.values().removeIf(List::isEmpty);
        return impatient;
    }

    private static boolean isSessionRead(Call call) {
        return call.request() instanceof LedRequest.Read read && read.level() == ReadLevel.FOLLOWER;
    }

    /** The last entry that the session of a read has seen; 0 for none. */
    static long seenBy(LedRequest.Read read) {
        VersionTag seen = read.seen();
        return seen == null ? 0 : seen.index();
    }

    private boolean end(Call call, long now) {
        if (!call.isOver(now)) {
            return false;
        }
        size--;
        call.timeOut(
                "the deadline passed before a majority had confirmed the leader, or before this replica had caught up");
        return true;
    }

    void abandon() {
        List<Call> all = new ArrayList<>();
        confirming.values().forEach(read -> all.add(read.call()));
        applying.values().forEach(all::addAll);
        confirming.clear();
        applying.clear();
        size = 0;
        all.forEach(call -> call.timeOut("this node stopped before the read was answered; ask another"));
    }
}
