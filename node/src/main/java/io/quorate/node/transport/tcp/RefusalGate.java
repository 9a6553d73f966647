package io.quorate.node.transport.tcp;

import java.util.LinkedHashMap;
import java.util.Map;

/** Lets one message through for each remote address in ten seconds. Safe from any thread. */
final class RefusalGate {
    static final long PAUSE_NANOS = 10_000_000_000L;
    static final int ADDRESSES_MAX = 256;

    private final Map<String, Long> lastTold = new LinkedHashMap<>();

    synchronized boolean passes(String address, long now) {
        Long last = lastTold.get(address);
        if (last != null && now - last < PAUSE_NANOS) {
            return false;
        }
        // The newest go to the end, so that the first is the oldest.
        lastTold.remove(address);
        if (lastTold.size() >= ADDRESSES_MAX) {
            lastTold.remove(lastTold.keySet().iterator().next());
        }
        lastTold.put(address, now);
        return true;
    }
}
