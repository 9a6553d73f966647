package io.quorate.node.protocol.liveness;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which disk each node has. A disk that is empty cannot tell whether it is its node's first or whether another was lost,
 * but the other nodes can: every disk bears a number, each node keeps the numbers of the others on its own disk, and a node
 * that hears of a disk of its own which it does not know learns that it has lost one.
 *
 * <p>Whoever remembers the earlier disk goes on telling of it until the node answers that it knows, and only then takes
 * the new number for the old. All of it goes with the pings, so a peer counts as up only after this has been said: nobody
 * takes part in anything before it has learnt what it lost.
 *
 * <p>Until every other node has been heard, or one of them and the others not for a while, a new disk is not known to be
 * the first. Where nobody at all is heard for a while it is taken for the first all the same, until somebody says otherwise.
 *
 * <p>Single-threaded; what changes is durable before any method returns, or {@link #saveAgain} is tried.
 */
public final class Disks {
    private static final int FORMER_MAX = 64;

    private final Set<NodeId> others;
    private final LongSupplier random;
    private final Keeper keeper;
    private final Map<NodeId, Long> told = new HashMap<>();
    private final Set<NodeId> knowing = new HashSet<>();
    private final Set<NodeId> heard = new HashSet<>();
    private final long waitNanos;
    private final long aloneNanos;
    private State state;
    private boolean unsure;
    private long firstHeardAt;
    private boolean started;
    private long startedAt;
    private boolean unsaved;

    /** Makes what is known of disks durable before it returns; throws {@link StorageException} if it cannot. */
    public interface Keeper {
        void save(State state);
    }

    /**
     * What is kept on disk.
     *
     * @param own number of this disk, never 0
     * @param former disks of this node that are known to be lost
     * @param losses how many times this node is known to have lost data
     * @param recovered how many of those it has made up for, in all its replicas
     * @param peers the disk that each other node had when it was last heard
     */
    public record State(
            long own, ImmutableSet<Long> former, int losses, int recovered, ImmutableMap<NodeId, Long> peers) {
        /** A disk that nothing was ever on. */
        public static State born(LongSupplier random) {
            return new State(fresh(random), ImmutableSet.of(), 0, 0, ImmutableMap.of());
        }

        /**
         * The state as a node goes on with it.
         *
         * @param found on the disk; null if there is nothing
         * @param whole whether the disk is proved to hold all that was ever on it
         */
        public static State opened(@Nullable State found, boolean whole, LongSupplier random) {
            if (found == null) {
                return whole ? born(random) : new State(fresh(random), ImmutableSet.of(), 1, 0, ImmutableMap.of());
            }
            return whole ? found : found.lost(found.own).renamed(fresh(random));
        }

        private static long fresh(LongSupplier random) {
            long number = random.getAsLong();
            return number == 0 ? 1 : number;
        }

        private State renamed(long number) {
            return new State(number, former, losses, recovered, peers);
        }

        private State lost(long disk) {
            ImmutableSet.Builder<Long> all = ImmutableSet.builder();
            former.stream().skip(Math.max(0, former.size() - FORMER_MAX + 1)).forEach(all::add);
            return new State(own, all.add(disk).build(), losses + 1, recovered, peers);
        }

        private State withPeer(NodeId peer, long disk) {
            Map<NodeId, Long> all = new TreeMap<>(peers);
            all.put(peer, disk);
            return new State(own, former, losses, recovered, ImmutableMap.copyOf(all));
        }
    }

    /**
     * What is known at a start.
     *
     * @param waitNanos after the first other node was heard, how long the rest is waited for
     * @param aloneNanos how long anybody is waited for
     */
    public Disks(
            Collection<NodeId> members,
            NodeId self,
            State state,
            long waitNanos,
            long aloneNanos,
            LongSupplier random,
            Keeper keeper) {
        this.waitNanos = waitNanos;
        this.aloneNanos = aloneNanos;
        this.random = random;
        this.others = ImmutableSet.copyOf(
                members.stream().filter(member -> !member.equals(self)).toList());
        this.state = state;
        this.keeper = keeper;
        // Who has heard somebody before knows already.
        this.unsure = !others.isEmpty() && state.peers().isEmpty();
    }

    public State state() {
        return state;
    }

    /** What a ping to a peer says of disks. */
    public PeerMessage.DiskWord wordFor(NodeId peer) {
        Long known = state.peers().get(peer);
        return new PeerMessage.DiskWord(state.own(), known == null ? 0 : known, told.getOrDefault(peer, 0L));
    }

    /**
     * Takes what a peer's ping says of disks.
     *
     * @return whether this node has just learnt that it lost a disk
     */
    public boolean heard(NodeId from, PeerMessage.DiskWord word, long now) {
        if (!others.contains(from)) {
            return false;
        }
        firstHeardAt = heard.isEmpty() ? now : firstHeardAt;
        heard.add(from);
        tick(now);
        State before = state;
        long yours = word.yours();
        boolean strange = yours != 0 && yours != state.own();
        boolean loss = strange && !state.former().contains(yours);
        if (loss) {
            knowing.clear();
            state = state.lost(yours);
        }
        Long known = state.peers().get(from);
        if (word.own() != 0 && (known == null || (known != word.own() && known == word.former()))) {
            state = state.withPeer(from, word.own());
        }
        if (!state.equals(before)) {
            unsaved = true;
            saveAgain();
        }
        if (strange && !unsaved) {
            told.put(from, yours);
        } else if (!strange) {
            told.remove(from);
        }
        if (yours == state.own()) {
            knowing.add(from);
        }
        return loss;
    }

    private void tick(long now) {
        startedAt = started ? startedAt : now;
        started = true;
        boolean waited = heard.isEmpty() ? now - startedAt >= aloneNanos : now - firstHeardAt >= waitNanos;
        unsure &= !waited && !heard.containsAll(others);
    }

    /** What the data plane has to know of it. */
    public Losses losses() {
        return new Losses(state.losses(), state.recovered(), knowing.containsAll(others), unsure);
    }

    /**
     * Takes what the node's replicas say of losses.
     *
     * @param recovered how many all of them have made up for
     * @param remembered how many there must have been
     * @return whether this node has just learnt that its disk was put back, of which nothing else told
     */
    public boolean follow(int recovered, int remembered, long now) {
        tick(now);
        State before = state;
        if (recovered > state.recovered()) {
            state = new State(state.own(), state.former(), state.losses(), recovered, state.peers());
        }
        boolean loss = remembered > state.losses();
        if (loss) {
            knowing.clear();
            state = state.lost(state.own()).renamed(State.fresh(random));
        }
        if (!state.equals(before)) {
            unsaved = true;
            saveAgain();
        }
        return loss;
    }

    /** Tries to save what could not be saved; null if nothing is left to save. */
    public @Nullable StorageException saveAgain() {
        if (!unsaved) {
            return null;
        }
        try {
            keeper.save(state);
            unsaved = false;
            return null;
        } catch (StorageException e) {
            return e;
        }
    }
}
