package io.quorate.ring.version;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What time it is, as far as the clocks of several nodes agree; in milliseconds since 1970.
 *
 * @param millis what a new stamp is made from; 0 if nothing is known that it could be made from
 * @param latestMillis what it is at the latest: a stamp further ahead than this and the bound is from no sane clock
 * @param maxDriftMillis the bound
 */
public record WallTime(long millis, long latestMillis, long maxDriftMillis) {
    /**
     * Compares a node's clock with those of its peers, each as it was last heard and has gone on since. The median is taken
     * as the truth, so that a minority of clocks decides nothing; of two middle ones the earlier for new stamps and the
     * later to judge those of others by, as either may be the wrong one. A clock within the bound of the median is used as
     * it is. One beyond, on either side, is not: the median stands in for it.
     *
     * <p>A node that has heard no peer, though it has some, knows of no clock it could trust, its own included. Its stamps
     * then only count on from those it knows.
     *
     * @param members nodes of the cluster, this one included
     */
    public static WallTime agreed(long ownMillis, Collection<Long> peers, int members, long maxDriftMillis) {
        if (peers.isEmpty()) {
            return new WallTime(members > 1 ? 0 : ownMillis, ownMillis, maxDriftMillis);
        }
        List<Long> all = new ArrayList<>(peers);
        all.add(ownMillis);
        all.sort(null);
        long earlier = all.get((all.size() - 1) / 2);
        long later = all.get(all.size() / 2);
        boolean trusted = Math.abs(ownMillis - earlier) <= maxDriftMillis;
        return new WallTime(trusted ? ownMillis : earlier, later, maxDriftMillis);
    }

    /** Whether a stamp is so far ahead that no clock that can be trusted has made it. */
    public boolean isTooFarAhead(HybridTime stamp) {
        return stamp.millis() - latestMillis > maxDriftMillis;
    }
}
