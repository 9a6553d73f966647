package io.quorate.node.protocol.antientropy;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.ExchangeMessage.Comparison;
import io.quorate.node.protocol.message.ExchangeMessage.Held;
import io.quorate.node.protocol.message.ExchangeMessage.KeyContext;
import io.quorate.node.protocol.message.ExchangeMessage.Known;
import io.quorate.node.protocol.message.ExchangeMessage.Listing;
import io.quorate.node.protocol.replica.LeafListing;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.replica.Snapshot;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.repair.merkle.LeafTable;
import io.quorate.ring.bytes.DecodeException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers the questions of other homes' {@link Round}s from what this home has, durable and with absences proved. */
public final class Responder {
    /** Of one answer, beyond which the rest has to be asked for again. */
    static final int ANSWER_BYTES_MAX = 192 << 10;

    private static final int CONTEXT_BYTES = 96;
    /** Named by whoever wants to know what is in a leaf and draws nothing from what is not. */
    public static final long NO_SESSION = 0;

    /** What answering needs of the node. */
    public interface Port {
        Replica replica(ReplicaSetId set);

        long epoch();

        long newSession();

        /** Whether this home is being compared with another than {@code asker}, which goes first. */
        boolean isBusy(ReplicaSetId set, NodeId asker);

        /** Whether this home has lost data of a replica set and not got it back yet. */
        boolean isLagging(ReplicaSetId set);

        void answer(NodeId to, ExchangeMessage.Answer answer);

        /** The asking home has the same clock and the same data as this one has now. */
        void foundEqual(ReplicaSetId set, NodeId asker);

        void whenDurable(ReplicaSetId set, long commit, Durable step);

        /** This home cannot prove what it lacks in a leaf. */
        void heal(ReplicaSetId set, int leaf);

        void alarm(ReplicaSetId set, NodeId peer);
    }

    private record Asker(NodeId peer, ReplicaSetId set) {}

    /** What was told at the beginning, and when anything was last asked about it. */
    private static final class Session {
        private final long id;
        private final long openedBy;
        private final Replica replica;
        private final List<KeyContext> contexts;
        private ExchangeMessage.@Nullable Opened opened;
        private long usedAt;

        private Session(long id, long openedBy, Replica replica, List<KeyContext> contexts, long now) {
            this.id = id;
            this.openedBy = openedBy;
            this.replica = replica;
            this.contexts = contexts;
            this.usedAt = now;
        }
    }

    private static final long IDLE_NANOS = 60_000_000_000L;

    /** Forgets what nobody has asked about for long. */
    public void tick(long now) {
        sessions.values().removeIf(session -> now - session.usedAt >= IDLE_NANOS);
    }

    /** When each replica set was last asked about, and by whom. */
    private final Map<ReplicaSetId, Serving> serving = new HashMap<>();

    private record Serving(NodeId peer, long at) {}

    /** Whether another home than {@code except} has been asking about a set within {@code nanos}. */
    public boolean isServing(ReplicaSetId set, @Nullable NodeId except, long now, long nanos) {
        Serving last = serving.get(set);
        return last != null && now - last.at() < nanos && !last.peer().equals(except);
    }

    private final ExchangeRules rules;
    private final Port port;
    /** The last session of each asking home. */
    private final Map<Asker, Session> sessions = new HashMap<>();

    public Responder(ExchangeRules rules, Port port) {
        this.rules = rules;
        this.port = port;
    }

    public void onQuestion(NodeId from, ExchangeMessage.Question question, long now) {
        try {
            if (question instanceof ExchangeMessage.Open open) {
                open(from, open, now);
                return;
            }
            serving.put(question.set(), new Serving(from, now));
            Session session = sessions.get(new Asker(from, question.set()));
            boolean over = session == null || session.replica != port.replica(question.set());
            if (session != null) {
                session.usedAt = now;
            }
            if (question instanceof ExchangeMessage.AskContexts ask) {
                over |= session == null || session.id != ask.session();
                port.answer(from, over || session == null ? over(ask) : contexts(session, ask));
            } else if (question instanceof ExchangeMessage.Compare ask) {
                over |= session == null || session.id != ask.session();
                port.answer(
                        from,
                        over || session == null
                                ? new ExchangeMessage.Compared(ask.id(), ask.partition(), true, ImmutableIntArray.of())
                                : compare(session.replica, ask));
            } else if (question instanceof ExchangeMessage.AskLeaves ask) {
                over |= session == null || session.id != ask.session();
                over &= ask.session() != NO_SESSION;
                port.answer(
                        from,
                        over
                                ? new ExchangeMessage.Leaves(ask.id(), ask.partition(), true, 0, ImmutableList.of())
                                : list(port.replica(ask.set()), ask));
            } else if (question instanceof ExchangeMessage.Swap ask) {
                over |= session == null || session.id != ask.session();
                port.answer(
                        from,
                        over || session == null
                                ? new ExchangeMessage.Swapped(ask.id(), ask.partition(), true, ImmutableList.of())
                                : swap(session.replica, ask));
            }
        } catch (CorruptRecordException | StorageException e) {
            // The asking home tries again, and gives up after a while.
            sessions.remove(new Asker(from, question.set()));
        }
    }

    private static ExchangeMessage.Contexts over(ExchangeMessage.AskContexts ask) {
        return new ExchangeMessage.Contexts(ask.id(), ask.partition(), true, ask.from(), ImmutableList.of());
    }

    private void open(NodeId from, ExchangeMessage.Open open, long now) {
        boolean lagging = port.isLagging(open.set());
        if (open.epoch() != port.epoch()) {
            port.answer(from, opened(open, Comparison.REFUSED, lagging));
            return;
        }
        Replica replica = port.replica(open.set());
        boolean same = replica.clock().digest() == open.clock()
                && replica.leaves().root().digest() == open.root();
        if (!same && port.isBusy(open.set(), from)) {
            port.answer(from, opened(open, Comparison.BUSY, lagging));
            return;
        }
        Asker asker = new Asker(from, open.set());
        Session known = sessions.get(asker);
        if (known != null && known.openedBy == open.id()) {
            // Asked again because the answer is late or lost; another session would end the one that may be going on.
            if (known.opened != null) {
                port.answer(from, known.opened);
            }
            return;
        }
        if (same) {
            sessions.remove(asker);
            port.answer(from, opened(open, Comparison.SAME, lagging));
            port.foundEqual(open.set(), from);
            return;
        }
        boolean sameClock = replica.clock().digest() == open.clock();
        if (sameClock) {
            port.alarm(open.set(), from);
        }
        Snapshot snapshot = replica.snapshot();
        List<KeyContext> contexts = new ArrayList<>(snapshot.contexts().size());
        snapshot.contexts().forEach((key, context) -> contexts.add(new KeyContext(key, context)));
        Session session = new Session(port.newSession(), open.id(), replica, contexts, now);
        sessions.put(asker, session);
        serving.put(open.set(), new Serving(from, now));
        // What is not durable here may be lost, and then nobody must have built on it.
        port.whenDurable(open.set(), snapshot.commit(), (failure, later) -> {
            if (failure == null) {
                ExchangeMessage.Opened opened = new ExchangeMessage.Opened(
                        open.id(),
                        open.partition(),
                        sameClock ? Comparison.ALARM : Comparison.DIFFERENT,
                        lagging,
                        session.id,
                        rules.told(snapshot.clock(), replica.clock()),
                        snapshot.branches(),
                        contexts.size());
                session.opened = opened;
                port.answer(from, opened);
            }
        });
    }

    private static ExchangeMessage.Opened opened(ExchangeMessage.Open open, Comparison comparison, boolean lagging) {
        return new ExchangeMessage.Opened(
                open.id(), open.partition(), comparison, lagging, 0, null, ImmutableLongArray.of(), 0);
    }

    private static ExchangeMessage.Contexts contexts(Session session, ExchangeMessage.AskContexts ask) {
        int from = Math.min(Math.max(0, ask.from()), session.contexts.size());
        ImmutableList.Builder<KeyContext> page = ImmutableList.builder();
        int bytes = 0;
        for (int i = from; i < session.contexts.size() && bytes < ANSWER_BYTES_MAX; i++) {
            KeyContext each = session.contexts.get(i);
            page.add(each);
            bytes += CONTEXT_BYTES
                    + each.key().key().length()
                    + 12 * each.context().dots().size();
        }
        return new ExchangeMessage.Contexts(ask.id(), ask.partition(), false, from, page.build());
    }

    private static ExchangeMessage.Compared compare(Replica replica, ExchangeMessage.Compare ask) {
        ImmutableIntArray.Builder differing = ImmutableIntArray.builder();
        int width = LeafTable.LEAVES / LeafTable.BRANCHES;
        Set<Integer> changing = replica.changingLeaves();
        for (ExchangeMessage.Branch branch : ask.branches()) {
            if (branch.index() < 0
                    || branch.index() >= LeafTable.BRANCHES
                    || branch.leaves().length() != width) {
                continue;
            }
            long[] own = replica.leaves().leafDigests(branch.index());
            for (int i = 0; i < width; i++) {
                int leaf = branch.index() * width + i;
                // Whoever finds two leaves equal builds on it, and what is not durable may be lost.
                if (own[i] != branch.leaves().get(i) || changing.contains(leaf)) {
                    differing.add(leaf);
                }
            }
        }
        return new ExchangeMessage.Compared(ask.id(), ask.partition(), false, differing.build());
    }

    private ExchangeMessage.Leaves list(Replica replica, ExchangeMessage.AskLeaves ask) {
        ImmutableList.Builder<Listing> listings = ImmutableList.builder();
        Set<Integer> changing = replica.changingLeaves();
        int looked = 0;
        int bytes = 0;
        for (ExchangeMessage.LeafDigest wanted : ask.leaves()) {
            if (bytes >= ANSWER_BYTES_MAX) {
                break;
            }
            looked++;
            int leaf = wanted.leaf();
            if (leaf < 0
                    || leaf >= LeafTable.LEAVES
                    || (replica.leaves().get(leaf).digest() == wanted.digest() && !changing.contains(leaf))) {
                continue;
            }
            LeafListing own = replica.list(leaf);
            if (!rules.isProved(own)) {
                port.heal(replica.id(), leaf);
                listings.add(new Listing(leaf, true, ImmutableList.of()));
                continue;
            }
            ImmutableList.Builder<ExchangeMessage.KeyDigest> keys = ImmutableList.builder();
            for (Map.Entry<RecordKey, Long> entry : own.digests().entrySet()) {
                keys.add(new ExchangeMessage.KeyDigest(entry.getKey(), entry.getValue()));
                bytes += 32 + entry.getKey().key().length();
            }
            if (ask.session() == NO_SESSION) {
                // Whoever mends a leaf needs all that is known of it, of deletes too.
                own.bare().forEach(key -> keys.add(new ExchangeMessage.KeyDigest(key, 0)));
            }
            listings.add(new Listing(leaf, false, keys.build()));
        }
        return new ExchangeMessage.Leaves(ask.id(), ask.partition(), false, looked, listings.build());
    }

    private ExchangeMessage.Swapped swap(Replica replica, ExchangeMessage.Swap ask) {
        ImmutableList.Builder<Held> answers = ImmutableList.builder();
        Map<Integer, Boolean> proved = new LinkedHashMap<>();
        int bytes = 0;
        for (Known known : ask.keys()) {
            if (bytes >= ANSWER_BYTES_MAX) {
                break;
            }
            if (!known.key().set().equals(replica.id())) {
                throw new DecodeException(
                        "a key of partition " + known.key().set().partition() + " where one of "
                                + replica.id().partition() + " is spoken of");
            }
            int leaf = replica.leafOf(known.key());
            if (!proved.computeIfAbsent(leaf, l -> rules.isProved(replica.list(l)))) {
                port.heal(replica.id(), leaf);
                answers.add(new Held(known.key(), null, ImmutableList.of(), false));
                continue;
            }
            Held held = held(replica.read(known.key()), known);
            answers.add(held);
            KeyState state = held.state();
            if (state != null) {
                for (Version version : state.versions()) {
                    bytes += version.value().length();
                }
            }
            bytes += 128;
        }
        return new ExchangeMessage.Swapped(ask.id(), ask.partition(), false, answers.build());
    }

    private Held held(KeyState own, Known known) {
        List<Version> news = new ArrayList<>();
        ImmutableList.Builder<Dot> same = ImmutableList.builder();
        CausalContext theirs = known.context();
        boolean wants = false;
        for (Version version : own.versions()) {
            if (known.dots().contains(version.dot())) {
                same.add(version.dot());
            } else if (theirs.covers(version.dot())) {
                // Replaced or deleted over there: of no use to anybody. It is named, in case it was lost there without
                // a
                // trace and has been put back since.
                same.add(version.dot());
                wants = true;
            } else {
                news.add(version);
            }
        }
        for (Dot dot : known.dots()) {
            wants |= !own.has(dot) && !own.context().covers(dot);
        }
        return new Held(known.key(), KeyState.of(news, rules.sentWith(own)), same.build(), wants);
    }
}
