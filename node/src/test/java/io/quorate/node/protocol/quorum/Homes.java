package io.quorate.node.protocol.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.bucket.BucketDefinition.ReadRepair;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionRules;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Homes that answer by what they hold, as far as they are let. */
final class Homes implements ReadCoordinator.Port {
    static final long DEADLINE = 1_000_000_000L;
    static final long SPARE = 250_000_000L;
    static final long RESEND = 200_000_000L;

    final Map<NodeId, KeyState> states = new LinkedHashMap<>();
    final Map<NodeId, Status> statuses = new LinkedHashMap<>();
    final List<NodeId> silent = new ArrayList<>();
    final List<NodeId> losesRepairs = new ArrayList<>();
    final List<String> log = new ArrayList<>();
    final List<KeyReply> replies = new ArrayList<>();
    final Deque<Runnable> network = new ArrayDeque<>();
    private @Nullable ReadCoordinator coordinator;
    boolean hedgesAllowed = true;
    ReadCoordinator.Hedging hedging = ReadCoordinator.Hedging.NONE;
    long now;

    @Override
    public void ask(NodeId home, Want want, long at) {
        log.add("ask " + home + " " + want);
        if (silent.contains(home)) {
            return;
        }
        network.add(() -> {
            Status status = statuses.getOrDefault(home, Status.OK);
            KeyState state = states.getOrDefault(home, KeyState.EMPTY);
            running()
                    .answered(
                            home,
                            status,
                            want,
                            status == Status.OK ? state.digest() : 0,
                            status != Status.OK
                                    ? null
                                    : want == Want.DIGEST ? new KeyState(ImmutableList.of(), state.context()) : state,
                            now);
        });
    }

    @Override
    public boolean mayHedge() {
        log.add(hedgesAllowed ? "hedge" : "no hedge");
        return hedgesAllowed;
    }

    @Override
    public void hedged(boolean won) {
        log.add(won ? "won" : "lost");
    }

    @Override
    public void repair(NodeId home, KeyState state) {
        log.add("repair " + home);
        if (losesRepairs.contains(home)) {
            return;
        }
        network.add(() -> {
            states.merge(home, state, VersionRules.STANDARD::merge);
            running().repaired(home, Status.OK, now);
        });
    }

    @Override
    public void reply(KeyReply reply) {
        log.add("reply");
        replies.add(reply);
    }

    ReadCoordinator running() {
        ReadCoordinator current = coordinator;
        if (current == null) {
            throw new AssertionError("no read is running");
        }
        return current;
    }

    void deliver() {
        for (Runnable next = network.poll(); next != null; next = network.poll()) {
            next.run();
        }
    }

    void tick(long time) {
        now = time;
        running().tick(time);
        deliver();
    }

    Homes read(List<NodeId> candidates, int need, ReadRepair repair) {
        log.clear();
        replies.clear();
        now = 0;
        coordinator = new ReadCoordinator(
                candidates,
                3,
                need,
                repair,
                new ReadCoordinator.Timing(0, DEADLINE, SPARE, RESEND),
                hedging,
                Set.of(),
                VersionRules.STANDARD,
                this);
        running().start(0);
        deliver();
        return this;
    }

    KeyReply only() {
        assertThat(replies).hasSize(1);
        return replies.get(0);
    }

    KeyReply.ReadDone done() {
        return (KeyReply.ReadDone) only();
    }
}
