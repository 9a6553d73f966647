package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.Explanation;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks every home what it holds of a key and changes nothing. */
final class ExplainTask implements Task {
    private final Context context;
    private final List<NodeId> homes;
    private final long started;
    private final long deadline;
    private final Consumer<KeyReply> reply;
    private final Map<NodeId, Explanation> answers = new LinkedHashMap<>();
    private final Map<NodeId, KeyState> states = new LinkedHashMap<>();
    private boolean over;

    private ExplainTask(Context context, List<NodeId> homes, long started, long deadline, Consumer<KeyReply> reply) {
        this.context = context;
        this.homes = homes;
        this.started = started;
        this.deadline = deadline;
        this.reply = reply;
    }

    static void start(
            Context context,
            KeyRequest.Explain explain,
            List<NodeId> homes,
            long now,
            long deadline,
            Consumer<KeyReply> reply) {
        // Answers a little before the caller's deadline, with whoever has answered by then.
        long ends = now + (deadline - now) * 3 / 4;
        ExplainTask task = new ExplainTask(context, homes, now, ends, reply);
        long id = context.register(task);
        for (NodeId home : homes) {
            if (home.equals(context.self)) {
                ReplicaSide.Answer own =
                        ReplicaSide.read(context, explain.address().record(), Want.STATE);
                context.later(later -> task.take(home, own.status(), own.state(), later));
            } else if (context.live.contains(home)) {
                context.send(
                        home,
                        new PeerMessage.Read(
                                id,
                                explain.address().record(),
                                Want.STATE,
                                Context.millisLeft(now, ends),
                                context.ring.epoch()));
            } else {
                task.answers.put(home, Explanation.without(home, "unreachable", 0));
            }
        }
        if (task.answers.size() == homes.size()) {
            task.finish();
        }
    }

    @Override
    public void onAnswer(NodeId from, PeerMessage.Data answer, long now) {
        if (answer instanceof PeerMessage.ReadReply read) {
            take(from, read.status(), read.state(), now);
        }
    }

    private void take(NodeId from, Status status, @Nullable KeyState state, long now) {
        long micros = (now - started) / 1000;
        if (status == Status.OK && state != null) {
            states.put(from, state);
            String result = state.versions().isEmpty() ? "absent" : "value";
            answers.put(
                    from,
                    new Explanation(
                            from,
                            result,
                            ImmutableList.copyOf(state.dots()),
                            state.versions().stream().map(Version::stamp).collect(ImmutableList.toImmutableList()),
                            micros));
        } else {
            answers.put(from, Explanation.without(from, "error", micros));
        }
        if (answers.size() == homes.size()) {
            finish();
        }
    }

    private void finish() {
        if (over) {
            return;
        }
        over = true;
        KeyState merged = null;
        for (KeyState state : states.values()) {
            merged = merged == null ? state : context.rules.merge(merged, state);
        }
        ImmutableList.Builder<Explanation> all = ImmutableList.builder();
        ImmutableList.Builder<NodeId> behind = ImmutableList.builder();
        for (NodeId home : homes) {
            Explanation answer = answers.get(home);
            all.add(answer != null ? answer : Explanation.without(home, "timeout", 0));
            KeyState state = states.get(home);
            if (state != null && merged != null && !state.dots().equals(merged.dots())) {
                behind.add(home);
            }
        }
        reply.accept(new KeyReply.Explained(all.build(), merged == null ? KeyState.EMPTY : merged, behind.build()));
    }

    @Override
    public boolean tick(long now) {
        if (!over && now >= deadline) {
            finish();
        }
        return over;
    }

    @Override
    public void abandon() {
        finish();
    }
}
