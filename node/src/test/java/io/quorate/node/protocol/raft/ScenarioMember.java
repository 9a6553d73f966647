package io.quorate.node.protocol.raft;

import com.google.common.base.Joiner;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One member of a scenario, with its disk and its state machine; it says what happens to it, and hands messages on. */
final class ScenarioMember {
    final NodeId id;
    private final RaftSettings settings;
    private final Configuration beginning;
    private final Consumer<String> said;
    private final Consumer<RaftRig.Sent> sent;
    /** What is durable: what the log begins behind, the entries, the term and the vote, and the state machine's state. */
    private Base base;

    private final List<Entry> durable = new ArrayList<>();
    private HardState hard;
    private Base state;

    private final Deque<Ready.Write> writing = new ArrayDeque<>();
    private boolean hangs;
    private @Nullable RaftCore core;
    private Role role = Role.FOLLOWER;
    private long applied;
    private int starts;

    ScenarioMember(
            NodeId id,
            RaftSettings settings,
            Configuration beginning,
            HardState hard,
            List<Entry> log,
            Consumer<String> said,
            Consumer<RaftRig.Sent> sent) {
        this.id = id;
        this.settings = settings;
        this.beginning = beginning;
        this.hard = hard;
        this.base = new Base(0, 0, beginning);
        this.state = base;
        this.durable.addAll(log);
        this.said = said;
        this.sent = sent;
    }

    boolean isUp() {
        return core != null;
    }

    RaftCore core() {
        if (core == null) {
            throw new IllegalArgumentException(id + " is down");
        }
        return core;
    }

    void start(long now) {
        if (core != null) {
            throw new IllegalArgumentException(id + " is up");
        }
        starts++;
        role = Role.FOLLOWER;
        applied = state.index();
        core = new RaftCore(
                id,
                base,
                hard,
                List.copyOf(durable),
                state,
                settings,
                RaftRules.STANDARD,
                new Random(31L * id.value().hashCode() + starts),
                now);
    }

    /** Dies; so many of the writes on their way have reached the disk. */
    void crash(long written) {
        core();
        for (long i = 0; i < written && !writing.isEmpty(); i++) {
            store(writing.remove());
        }
        writing.clear();
        core = null;
    }

    /** From now on writes end only by {@link #persist}, or again by themselves. */
    void hang(boolean from, long now) {
        hangs = from;
        while (!hangs && !writing.isEmpty()) {
            persist(now);
        }
    }

    /** The oldest write is durable. */
    void persist(long now) {
        Ready.Write write = writing.poll();
        if (write == null) {
            throw new IllegalArgumentException(id + " writes nothing");
        }
        store(write);
        core().persisted(write.id(), now);
        carryOut(now);
    }

    private void store(Ready.Write write) {
        hard = write.state();
        base = put(durable, base, write);
    }

    private static Base put(List<Entry> log, Base base, Ready.Write write) {
        Base next = write.base() == null ? base : write.base();
        if (write.base() != null) {
            log.clear();
        }
        if (!write.entries().isEmpty()) {
            int from = (int) (write.entries().get(0).index() - next.index() - 1);
            log.subList(from, log.size()).clear();
            log.addAll(write.entries());
        }
        return next;
    }

    /** Takes what is wanted done, and does it. */
    void carryOut(long now) {
        RaftCore running = core();
        Ready ready = running.takeReady();
        if (running.role() != role) {
            role = running.role();
            said.accept(id + " is " + name(role) + " in term " + running.term());
        }
        Ready.Write write = ready.write();
        if (write != null) {
            writing.add(write);
        }
        ready.messages().forEach(out -> sent.accept(new RaftRig.Sent(id, out.to(), out.message())));
        ready.lost().forEach(at -> said.accept(id + " loses " + at.index() + "/" + at.term()));
        if (!ready.committed().isEmpty()) {
            said.accept(id + " applies "
                    + Joiner.on(' ')
                            .join(ready.committed().stream()
                                    .map(MessageText::of)
                                    .toList()));
            applied = ready.committed().get(ready.committed().size() - 1).index();
        }
        ready.reads()
                .forEach(read -> said.accept(id
                        + (read.index() < 0 ? " cannot answer read " : " answers read ")
                        + read.id()
                        + (read.index() < 0 ? "" : " from entry " + read.index() + " on")));
        ready.needState().forEach(to -> said.accept(id + " has to send its state to " + to));
        if (!hangs && write != null) {
            persist(now);
        }
    }

    private static String name(Role role) {
        return switch (role) {
            case FOLLOWER -> "follower";
            case PRE_CANDIDATE -> "pre-candidate";
            case CANDIDATE -> "candidate";
            case LEADER -> "leader";
        };
    }

    /** Its state machine's state is durable, and the entries that it stands for go. */
    void compact(long index) {
        if (index > applied || index <= base.index() || !writing.isEmpty()) {
            throw new IllegalArgumentException(
                    id + " has applied " + applied + ", begins behind " + base.index() + ", writes " + writing.size());
        }
        state = core().baseAt(index);
        core().compact(index);
        durable.subList(0, (int) (index - base.index())).clear();
        base = state;
    }

    /** What it sends to one that lacks what no log has any more. */
    Base state() {
        return core().baseAt(applied);
    }

    /** It has another's state in place of its own. */
    void installed(NodeId from, Base taken, long now) {
        state = taken;
        applied = taken.index();
        core().installed(from, taken, now);
        carryOut(now);
    }

    /** In one line. */
    String show() {
        if (core == null) {
            return id + ": down, log" + logText(base, durable);
        }
        Base begins = base;
        List<Entry> log = new ArrayList<>(durable);
        for (Ready.Write write : writing) {
            begins = put(log, begins, write);
        }
        NodeId vote = core.hardState().vote();
        return id + ": " + name(core.role()) + " in term " + core.term() + (vote == null ? "" : " (vote " + vote + ")")
                + ", log" + logText(begins, log) + ", durable " + core.durable() + ", committed " + core.commit()
                + (applied == core.commit() ? "" : ", applied " + applied)
                + (core.configuration().equals(beginning) ? "" : ", group " + MessageText.of(core.configuration()));
    }

    /** The terms of the entries, as in the figures of the paper. */
    private static String logText(Base base, List<Entry> log) {
        return (base.index() == 0 ? "" : " (" + base.index() + "/" + base.term() + ")")
                + (log.isEmpty() ? " -" : "")
                + log.stream().map(entry -> " " + entry.term()).reduce("", String::concat);
    }
}
