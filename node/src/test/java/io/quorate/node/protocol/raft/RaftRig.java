package io.quorate.node.protocol.raft;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/** Members of a group whose messages and writes go on only when the test says so. */
final class RaftRig {
    static final NodeId A = NodeId.of("a");
    static final NodeId B = NodeId.of("b");
    static final NodeId C = NodeId.of("c");
    static final long MILLI = 1_000_000L;
    static final long ELECTION = RaftSettings.DEFAULT.electionNanos();

    /** A message on its way. */
    record Sent(NodeId from, NodeId to, RaftMessage message) {
        boolean is(Class<?> type) {
            return type.isInstance(message);
        }
    }

    /** What one member has given to be done. */
    static final class Shell {
        final RaftCore core;
        final Deque<Ready.Write> writing = new ArrayDeque<>();
        final List<Entry> applied = new ArrayList<>();
        final List<Ready.Read> reads = new ArrayList<>();
        final List<Ready.Position> lost = new ArrayList<>();
        final List<NodeId> needState = new ArrayList<>();

        private Shell(RaftCore core) {
            this.core = core;
        }
    }

    final Map<NodeId, Shell> members = new LinkedHashMap<>();
    final Deque<Sent> sent = new ArrayDeque<>();
    private Predicate<Sent> lost = message -> false;
    private boolean slowDisks;
    long now = 1_000 * MILLI;

    RaftRig(NodeId... ids) {
        for (NodeId id : ids) {
            add(id, HardState.NONE, List.of(), ids);
        }
    }

    /** A member with a past. */
    void add(NodeId id, HardState state, List<Entry> log, NodeId... voters) {
        members.put(
                id,
                new Shell(new RaftCore(
                        id,
                        new Base(0, 0, Configuration.of(List.of(voters))),
                        state,
                        log,
                        new Base(0, 0, Configuration.of(List.of(voters))),
                        RaftSettings.DEFAULT,
                        RaftRules.STANDARD,
                        new Random(id.value().hashCode()),
                        now)));
    }

    Shell at(NodeId id) {
        Shell shell = members.get(id);
        if (shell == null) {
            throw new AssertionError("no " + id);
        }
        return shell;
    }

    RaftCore core(NodeId id) {
        return at(id).core;
    }

    void lose(Predicate<Sent> which) {
        lost = which;
    }

    /** Writes wait for {@link #write} from now on. */
    void slowDisks() {
        slowDisks = true;
    }

    /** Takes what a member wants done. */
    void carryOut(NodeId id) {
        Shell shell = at(id);
        Ready ready = shell.core.takeReady();
        Ready.Write write = ready.write();
        if (write != null) {
            shell.writing.add(write);
        }
        ready.messages().forEach(out -> {
            Sent message = new Sent(id, out.to(), out.message());
            if (!lost.test(message)) {
                sent.add(message);
            }
        });
        shell.applied.addAll(ready.committed());
        shell.reads.addAll(ready.reads());
        shell.lost.addAll(ready.lost());
        shell.needState.addAll(ready.needState());
        if (!slowDisks) {
            write(id);
        }
    }

    /** The oldest write of a member is durable. */
    void write(NodeId id) {
        Ready.Write write = at(id).writing.poll();
        if (write != null) {
            core(id).persisted(write.id(), now);
            carryOut(id);
        }
    }

    /** Delivers everything, until nothing is on its way. */
    void settle() {
        for (Sent next = sent.poll(); next != null; next = sent.poll()) {
            deliver(next);
        }
    }

    void deliver(Sent next) {
        core(next.to()).step(next.from(), next.message(), now);
        carryOut(next.to());
    }

    void step(NodeId from, NodeId to, RaftMessage message) {
        deliver(new Sent(from, to, message));
    }

    /** Lets time pass for all, or for some. */
    void run(long nanos, NodeId... ids) {
        for (long until = now + nanos; now < until; ) {
            now += 5 * MILLI;
            for (NodeId id : ids.length == 0 ? members.keySet() : List.of(ids)) {
                core(id).tick(now);
                carryOut(id);
            }
            settle();
        }
    }

    /** Has a member become the leader. */
    void elect(NodeId id) {
        run(2 * ELECTION, id);
        if (core(id).role() != Role.LEADER) {
            throw new AssertionError(id + " is " + core(id).role());
        }
    }

    Ready.Position propose(NodeId id, String... commands) {
        Ready.Position at =
                core(id).propose(List.of(commands).stream().map(Bytes::ofUtf8).toList(), now);
        if (at == null) {
            throw new AssertionError(id + " takes nothing");
        }
        carryOut(id);
        return at;
    }

    List<String> applied(NodeId id) {
        return at(id).applied.stream()
                .filter(entry -> entry.kind() == Entry.Kind.COMMAND)
                .map(entry -> entry.payload().toUtf8())
                .toList();
    }

    static List<Entry> log(long... terms) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            entries.add(new Entry(i + 1, terms[i], Entry.Kind.COMMAND, Bytes.ofUtf8("e" + (i + 1) + "t" + terms[i])));
        }
        return entries;
    }
}
