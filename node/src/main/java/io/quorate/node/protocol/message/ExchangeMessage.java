package io.quorate.node.protocol.message;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.version.ActorId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.PartitionClock;
import io.quorate.ring.version.Version;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What two homes say to each other to come together (anti-entropy). Whoever wants to learn asks, the other answers from
 * what it has; every question may come any number of times. {@code id} names the asking round and {@code session} the
 * moment that the other home's clock was taken: once its process or its store has been opened anew, the session is over.
 */
public sealed interface ExchangeMessage extends PeerMessage.Data {
    long id();

    /** A question. */
    sealed interface Question extends ExchangeMessage {
        ReplicaSetId set();

        @Override
        default int partition() {
            return set().partition();
        }
    }

    /** An answer. */
    sealed interface Answer extends ExchangeMessage {
        /** Whether the session that was asked about has ended. */
        default boolean over() {
            return false;
        }
    }

    /** Are we equal? Digests of the root of the hash tree and of the clock. */
    record Open(long id, ReplicaSetId set, long root, long clock, long epoch) implements Question {}

    /** How two homes compare. */
    enum Comparison {
        /** Equal in data and clocks. */
        SAME,
        DIFFERENT,
        /** Clocks are equal and trees are not, which should be impossible. */
        ALARM,
        /** The home cannot be compared now: it has another ring. */
        REFUSED,
        /** The home is being compared with another; what is found there need not be found twice. */
        BUSY
    }

    /**
     * The answer to {@link Open}.
     *
     * @param lagging whether the answering home has lost data and not got it back yet
     * @param clock of the answering home, with {@code branches} and {@code contexts} of the same moment (rule E1); null if
     *     there is nothing to compare
     * @param contexts how many contexts go with the clock
     */
    record Opened(
            long id,
            int partition,
            Comparison comparison,
            boolean lagging,
            long session,
            @Nullable PartitionClock clock,
            ImmutableLongArray branches,
            int contexts)
            implements Answer {}

    /** The contexts that go with the clock, from the given one on. */
    record AskContexts(long id, ReplicaSetId set, long session, int from) implements Question {}

    /** A context that the base of its home's clock does not cover. */
    record KeyContext(RecordKey key, CausalContext context) {}

    /** The answer to {@link AskContexts}; {@code over} if the session has ended. */
    record Contexts(long id, int partition, boolean over, int from, ImmutableList<KeyContext> contexts)
            implements Answer {}

    /** Which leaves below these inner nodes differ? */
    record Compare(long id, ReplicaSetId set, long session, ImmutableList<Branch> branches) implements Question {}

    /** An inner node and the digests of the leaves below it. */
    record Branch(int index, ImmutableLongArray leaves) {}

    /** The answer to {@link Compare}. */
    record Compared(long id, int partition, boolean over, ImmutableIntArray differing) implements Answer {}

    /** What is in those of these leaves that still differ? */
    record AskLeaves(long id, ReplicaSetId set, long session, ImmutableList<LeafDigest> leaves) implements Question {}

    /** A leaf as the asking home has it. */
    record LeafDigest(int leaf, long digest) {}

    /**
     * The answer to {@link AskLeaves}.
     *
     * @param looked how many of the leaves asked about, from the first on, have been looked at; the rest did not fit
     * @param listings of those that differ
     */
    record Leaves(long id, int partition, boolean over, int looked, ImmutableList<Listing> listings) implements Answer {
        /** Whether it is an answer to this question: a late one to a question before it must not pass for one. */
        public boolean answers(AskLeaves question) {
            Set<Integer> asked = new HashSet<>();
            question.leaves().stream().limit(looked).forEach(leaf -> asked.add(leaf.leaf()));
            return looked >= 1
                    && looked <= question.leaves().size()
                    && listings.stream().allMatch(listing -> asked.contains(listing.leaf()));
        }
    }

    /**
     * The keys of a leaf that have versions.
     *
     * @param damaged whether the home cannot prove what it lacks (condition C9); then no key is listed
     */
    record Listing(int leaf, boolean damaged, ImmutableList<KeyDigest> keys) {}

    /** A key and the digest of its live dots. */
    record KeyDigest(RecordKey key, long digest) {}

    /** This is what I have of these keys; what have you? */
    record Swap(long id, ReplicaSetId set, long session, ImmutableList<Known> keys) implements Question {}

    /** The live dots of a key and its filled context (rule E5), without the values. */
    record Known(RecordKey key, ImmutableList<Dot> dots, CausalContext context) {}

    /** The answer to {@link Swap}: as many of its keys, from the first on, as fit. */
    record Swapped(long id, int partition, boolean over, ImmutableList<Held> keys) implements Answer {
        /** Whether it is an answer to this question. */
        public boolean answers(Swap question) {
            if (keys.isEmpty() || keys.size() > question.keys().size()) {
                return false;
            }
            for (int i = 0; i < keys.size(); i++) {
                if (!keys.get(i).key().equals(question.keys().get(i).key())) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * What a home has of a key.
     *
     * @param state filled, without the versions named in {@code same}; null if its leaf cannot be trusted
     * @param same versions that the asking home has too, or has replaced
     * @param wants whether the asking home knows something of the key that this one does not
     */
    record Held(RecordKey key, @Nullable KeyState state, ImmutableList<Dot> same, boolean wants) {}

    /**
     * Rule E9: take nothing new of this actor any more, and say whether it has written all that you know of it.
     *
     * @param known all that the asking home has of that one actor
     */
    record Retire(long id, ReplicaSetId set, long epoch, PartitionClock known) implements Question {
        public ActorId actor() {
            return known.actors().iterator().next();
        }
    }

    /**
     * The answer to {@link Retire}.
     *
     * @param agreed whether it is promised and durable, nothing else of the actor is there, and its own node has another
     */
    record Retired(long id, int partition, boolean agreed) implements Answer {}

    /** Inner nodes of a tree with what is below them. */
    static ImmutableList<Branch> branches(LeafTable tree, Collection<Integer> indexes) {
        return indexes.stream()
                .map(index -> new Branch(index, ImmutableLongArray.copyOf(tree.leafDigests(index))))
                .collect(ImmutableList.toImmutableList());
    }

    /** Leaves of a tree. */
    static ImmutableList<LeafDigest> leaves(LeafTable tree, Collection<Integer> leaves) {
        return leaves.stream()
                .map(leaf -> new LeafDigest(leaf, tree.get(leaf).digest()))
                .collect(ImmutableList.toImmutableList());
    }

    /**
     * The state of which a {@link Held} told a part. What the asking home has replaced meanwhile is covered there, and need
     * not be put back to say so.
     *
     * @param newest what the asking home has now
     */
    static KeyState whole(KeyState rest, Collection<Dot> same, KeyState newest) {
        List<Version> versions = new ArrayList<>(rest.versions());
        for (Dot dot : same) {
            Version own = newest.find(dot);
            if (own != null) {
                versions.add(own);
            }
        }
        return KeyState.of(versions, rest.context());
    }
}
