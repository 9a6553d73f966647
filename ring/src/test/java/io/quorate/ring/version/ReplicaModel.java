package io.quorate.ring.version;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Three replicas of one partition with a few keys, as thin as can be, beside an oracle that keeps whole causal histories.
 * Random clients read, write over what they saw, delete, and go on from their last answers; replicas exchange writes (late,
 * doubled, in any order) and filled states. After every step each replica must hold exactly the oracle's maximal writes,
 * and its contexts must cover exactly the history that they vouch for.
 */
final class ReplicaModel {
    static final int REPLICAS = 3;
    static final int KEYS = 3;

    private final VersionRules rules;
    private final Random random;
    private final List<Replica> replicas = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private final List<Token> tokens = new ArrayList<>();
    private final Map<Dot, Event> events = new HashMap<>();
    private final List<KeyState> reached = new ArrayList<>();
    private int requests;

    /** A write: what it replaced, and whether it left a value. */
    private record Event(int key, Dot dot, boolean live, Set<Dot> replaces) {}

    /** What travels: the object, the dots that it vouches for, and the writes whose whole effect it brings. */
    private record Message(int key, VersionedObject object, Set<Dot> known, Set<Dot> effects) {}

    /** What a client holds: a context, and the writes of the key that it was really shown. */
    private record Token(int key, CausalContext context, Set<Dot> shown) {}

    private static final class Replica {
        private final ActorId actor;
        private final PartitionClock clock = new PartitionClock();
        private final KeyState[] stored = new KeyState[KEYS];
        private final List<Set<Dot>> known = new ArrayList<>();
        private final List<Set<Dot>> effects = new ArrayList<>();

        private Replica(ActorId actor) {
            this.actor = actor;
            for (int key = 0; key < KEYS; key++) {
                stored[key] = KeyState.EMPTY;
                known.add(new HashSet<>());
                effects.add(new HashSet<>());
            }
        }
    }

    ReplicaModel(VersionRules rules, long seed) {
        this.rules = rules;
        this.random = new Random(seed);
        for (int i = 0; i < REPLICAS; i++) {
            replicas.add(new Replica(new ActorId(NodeId.of("n" + i), 7, i)));
        }
    }

    /** Filled states of key 0 as they were seen on the way, for laws of merging. */
    List<KeyState> reached() {
        return reached;
    }

    /** Runs so many steps; what went wrong first, or an empty text. */
    String run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
            String wrong = check();
            if (!wrong.isEmpty()) {
                return "step " + i + ": " + wrong;
            }
        }
        return "";
    }

    private void step() {
        Replica replica = replicas.get(random.nextInt(REPLICAS));
        int key = random.nextInt(KEYS);
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> write(replica, key, random.nextInt(4) == 0);
            case 3 -> read(replica, key);
            case 4, 5 -> deliver(replica);
            case 6 -> exchange(replica, replicas.get(random.nextInt(REPLICAS)), key);
            default -> sweep(replica);
        }
    }

    private void write(Replica replica, int key, boolean delete) {
        Token token = new Token(key, CausalContext.EMPTY, Set.of());
        if (!tokens.isEmpty() && random.nextInt(4) > 0) {
            token = tokens.get(tokens.size() - 1 - random.nextInt(Math.min(6, tokens.size())));
        }
        Dot dot = new Dot(replica.actor, replica.clock.top(replica.actor) + 1);
        String request = random.nextInt(5) == 0 ? "retry-" + random.nextInt(3) : "r" + requests++;
        VersionedObject object = delete
                ? rules.delete(token.context, dot)
                : rules.put(
                        token.context,
                        new Version(dot, Bytes.ofUtf8(dot.toText()), "text/plain", 0, Bytes.ofUtf8(request)));
        events.put(dot, new Event(token.key, dot, !delete, token.shown));
        Set<Dot> known = new HashSet<>(token.shown);
        known.add(dot);
        Message message = new Message(token.key, object, known, Set.of(dot));
        merge(replica, message);
        messages.add(message);
        tokens.add(new Token(token.key, token.context.with(dot), known));
    }

    private void read(Replica replica, int key) {
        KeyState state = filled(replica, key);
        if (!state.versions().isEmpty() && random.nextInt(3) == 0) {
            Dot one = state.dots().get(random.nextInt(state.versions().size()));
            tokens.add(new Token(key, CausalContext.EMPTY.with(one), Set.of(one)));
            return;
        }
        tokens.add(new Token(key, shownContext(state), Set.copyOf(replica.known.get(key))));
    }

    private void deliver(Replica replica) {
        if (!messages.isEmpty()) {
            merge(replica, messages.get(random.nextInt(messages.size())));
        }
    }

    private void exchange(Replica from, Replica to, int key) {
        KeyState state = filled(from, key);
        if (key == 0) {
            reached.add(state);
        }
        Set<Dot> known = Set.copyOf(from.known.get(key));
        merge(to, new Message(key, VersionedObject.of(state), known, Set.copyOf(from.effects.get(key))));
    }

    private void sweep(Replica replica) {
        for (int key = 0; key < KEYS; key++) {
            replica.stored[key] = rules.strip(filled(replica, key), replica.clock);
        }
    }

    private void merge(Replica replica, Message message) {
        KeyState merged = rules.merge(filled(replica, message.key), message.object.state());
        rules.appliedBy(message.object).forEach(replica.clock::add);
        replica.stored[message.key] = rules.strip(merged, replica.clock);
        replica.known.get(message.key).addAll(message.known);
        replica.effects.get(message.key).addAll(message.effects);
    }

    private KeyState filled(Replica replica, int key) {
        return rules.fill(replica.stored[key], replica.clock.base());
    }

    private static CausalContext shownContext(KeyState state) {
        CausalContext context = state.context();
        for (Dot dot : state.dots()) {
            context = context.with(dot);
        }
        return context;
    }

    private String check() {
        for (Replica replica : replicas) {
            for (int key = 0; key < KEYS; key++) {
                Set<Dot> known = replica.known.get(key);
                KeyState state = filled(replica, key);
                Set<Dot> live = maximal(replica.effects.get(key));
                if (!live.equals(new HashSet<>(state.dots()))) {
                    return replica.actor.node() + " holds " + state.dots() + " of key " + key + ", not " + live;
                }
                CausalContext context = shownContext(state);
                for (Event event : events.values()) {
                    if (event.key == key && context.covers(event.dot) != known.contains(event.dot)) {
                        return replica.actor.node() + " says of " + event.dot + " of key " + key + ": covered "
                                + context.covers(event.dot) + ", known " + known.contains(event.dot);
                    }
                }
            }
        }
        return "";
    }

    private Set<Dot> maximal(Set<Dot> effects) {
        Set<Dot> replaced = new HashSet<>();
        Set<Dot> live = new HashSet<>();
        for (Dot dot : effects) {
            Event event = events.get(dot);
            if (event != null) {
                replaced.addAll(event.replaces);
                if (event.live) {
                    live.add(dot);
                }
            }
        }
        live.removeAll(replaced);
        return live;
    }

    /** Rules with one of them broken, each by name. */
    enum Broken {
        /** The writer's own dot raises the vector, and so claims siblings that it never saw. */
        PUT_RAISES_THE_VECTOR,
        /** A state is stripped by all dots of the clock and not by its contiguous base alone. */
        STRIP_BY_EXCEPTIONS,
        /** A stripped state is compared as it lies on disk. */
        NO_FILL,
        /** Dots that are merely covered enter the clock. */
        CLOCK_TAKES_COVERED_DOTS,
        /** Versions with equal request ids are collapsed when states are merged. */
        MERGE_COLLAPSES_RETRIES,
        /** A delete carries no dot of its own. */
        DELETE_WITHOUT_DOT;

        VersionRules rules() {
            return new VersionRules() {
                @Override
                public VersionedObject put(CausalContext seen, Version version) {
                    if (Broken.this != PUT_RAISES_THE_VECTOR) {
                        return super.put(seen, version);
                    }
                    Dot dot = version.dot();
                    CausalContext raised =
                            CausalContext.of(seen.vector().with(dot.actor(), dot.counter()), seen.dots());
                    return VersionedObject.of(KeyState.of(ImmutableList.of(version), raised));
                }

                @Override
                public VersionedObject delete(CausalContext seen, Dot dot) {
                    return Broken.this == DELETE_WITHOUT_DOT
                            ? VersionedObject.of(KeyState.of(ImmutableList.of(), seen))
                            : super.delete(seen, dot);
                }

                @Override
                public KeyState strip(KeyState filled, PartitionClock clock) {
                    if (Broken.this != STRIP_BY_EXCEPTIONS) {
                        return super.strip(filled, clock);
                    }
                    VersionVector tops = clock.base();
                    for (Dot dot : filled.context().dots()) {
                        tops = tops.with(dot.actor(), clock.top(dot.actor()));
                    }
                    return KeyState.of(filled.versions(), filled.context().strip(tops));
                }

                @Override
                public KeyState fill(KeyState stored, VersionVector base) {
                    return Broken.this == NO_FILL ? stored : super.fill(stored, base);
                }

                @Override
                public List<Dot> appliedBy(VersionedObject object) {
                    List<Dot> dots = super.appliedBy(object);
                    if (Broken.this == CLOCK_TAKES_COVERED_DOTS) {
                        object.state().context().vector().forEach((actor, top) -> {
                            for (long c = 1; c <= top; c++) {
                                dots.add(new Dot(actor, c));
                            }
                        });
                        dots.addAll(object.state().context().dots());
                    }
                    return dots;
                }

                @Override
                public KeyState merge(KeyState a, KeyState b) {
                    KeyState merged = super.merge(a, b);
                    return Broken.this == MERGE_COLLAPSES_RETRIES
                            ? KeyState.of(firstOfEachRequest(merged.versions()), merged.context())
                            : merged;
                }

                private static List<Version> firstOfEachRequest(List<Version> versions) {
                    Map<Bytes, Version> first = new LinkedHashMap<>();
                    versions.forEach(version -> first.putIfAbsent(version.requestId(), version));
                    return List.copyOf(first.values());
                }
            };
        }
    }
}
