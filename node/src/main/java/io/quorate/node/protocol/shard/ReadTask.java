package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.node.protocol.pace.AnswerTimes;
import io.quorate.node.protocol.pace.PaceSettings;
import io.quorate.node.protocol.quorum.ReadCoordinator;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionedObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Carries the messages of one {@link ReadCoordinator}. */
final class ReadTask implements Task, ReadCoordinator.Port {
    private final Context context;
    private final KeyAddress address;
    private final Consumer<KeyReply> reply;
    private final ReadCoordinator coordinator;
    private final Map<Long, NodeId> repairs = new HashMap<>();
    private final int need;
    private final long deadline;
    private final List<NodeId> asked = new ArrayList<>();
    private long id;
    private boolean over;

    private ReadTask(
            Context context,
            KeyRequest.Get get,
            AnswerTimes.Ranking candidates,
            Set<NodeId> standIns,
            long now,
            long deadline,
            Consumer<KeyReply> reply) {
        this.context = context;
        this.need = get.need();
        this.deadline = deadline;
        this.address = get.address();
        this.reply = reply;
        long total = deadline - now;
        PaceSettings pace = context.settings.pace();
        ReadCoordinator.Timing timing = new ReadCoordinator.Timing(
                now, deadline, Math.min(total / 4, pace.silentNanos()), context.settings.resendNanos());
        ReadCoordinator.Hedging hedging = new ReadCoordinator.Hedging(
                context.readTimes.hedgeAfter(need, pace.hedgeFloorNanos(), pace.hedgeCapNanos()), candidates.fast());
        this.coordinator = new ReadCoordinator(
                candidates.order(),
                address.n(),
                need,
                address.readRepair(),
                timing,
                hedging,
                standIns,
                context.rules,
                this);
    }

    static void start(Context context, KeyRequest.Get get, long now, long deadline, Consumer<KeyReply> reply) {
        boolean isHome =
                context.homes(get.address().partition(), get.address().n()).contains(context.self);
        boolean behind =
                isHome && context.recovery().isBehind(get.address().record().set());
        // What a new disk has is there, whatever was on another before; what it has not may have been.
        boolean alone = isHome && context.recovery().isUnsureAlone();
        if (get.need() == 1 && isHome && (!behind || alone)) {
            ReplicaSide.Answer answer =
                    ReplicaSide.read(context, get.address().record(), alone ? Want.MENDING : Want.STATE);
            KeyState state = answer.state();
            if (state != null && !(alone && state.versions().isEmpty())) {
                KeyReply.Reached reached = new KeyReply.Reached(
                        1,
                        1,
                        1,
                        0,
                        state.shown().size(),
                        ImmutableList.of(new KeyReply.ReplicaResult(context.self, "acked", 0)));
                reply.accept(new KeyReply.ReadDone(state, reached));
                return;
            }
        }
        List<NodeId> others = new ArrayList<>();
        for (NodeId home :
                context.homes(get.address().partition(), get.address().n())) {
            if (!home.equals(context.self) && context.live.contains(home)) {
                others.add(home);
            }
        }
        AnswerTimes.Ranking ranked = context.readTimes.rank(others, context::isAskedLast, now);
        List<NodeId> candidates = new ArrayList<>();
        if (isHome && !behind) {
            candidates.add(context.self);
        }
        candidates.addAll(context.stalledLast(ranked.order()));
        if (behind) {
            candidates.add(context.self);
        }
        Set<NodeId> standIns = new LinkedHashSet<>();
        if (get.address().sloppy() && candidates.size() < get.need()) {
            standIns.addAll(context.fallbacks(get.address().record().set()));
            candidates.addAll(standIns);
        }
        ReadTask task = new ReadTask(
                context,
                get,
                new AnswerTimes.Ranking(candidates, ranked.even() + (isHome ? 1 : 0), ranked.fast() + (isHome ? 1 : 0)),
                standIns,
                now,
                deadline,
                reply);
        context.spareReads.earn();
        task.id = context.register(task);
        task.coordinator.start(now);
        List<NodeId> passedOver =
                ranked.order().subList(ranked.even(), ranked.order().size());
        if (!passedOver.isEmpty()) {
            passedOver = passedOver.stream()
                    .filter(home -> !task.asked.contains(home))
                    .toList();
            context.probe(passedOver, get.address().record(), context.readTimes, now, deadline);
        }
    }

    @Override
    public void ask(NodeId home, Want want, long now) {
        if (home.equals(context.self)) {
            context.later(later -> {
                ReplicaSide.Answer answer = ReplicaSide.read(context, address.record(), want);
                coordinator.answered(home, answer.status(), want, answer.digest(), answer.state(), later);
            });
        } else {
            asked.add(home);
            context.readTimes.asked(home, id, need, now);
            context.send(
                    home,
                    new PeerMessage.Read(
                            id, address.record(), want, Context.millisLeft(now, deadline), context.ring.epoch()));
        }
    }

    @Override
    public boolean mayHedge() {
        boolean may = context.spareReads.spend();
        if (!may) {
            context.happened(Shard.Event.HEDGE_DENIED);
        }
        return may;
    }

    @Override
    public void hedged(boolean won) {
        context.happened(won ? Shard.Event.HEDGE_WON : Shard.Event.HEDGE_LOST);
    }

    @Override
    public void repair(NodeId home, KeyState state) {
        if (over) {
            context.happened(Shard.Event.REPAIRED_LATER);
        }
        VersionedObject object = VersionedObject.of(state);
        long repairId = context.register(this);
        repairs.put(repairId, home);
        context.send(
                home,
                new PeerMessage.Write(
                        repairId,
                        address.record(),
                        object,
                        Origin.COPY,
                        null,
                        context.resendMillis(),
                        context.ring.epoch()));
    }

    @Override
    public void reply(KeyReply done) {
        over = true;
        if (done instanceof KeyReply.ReadDone && coordinator.hasSilent()) {
            context.answeredReads.add(id, coordinator.answeredDigest());
        }
        reply.accept(done);
        for (NodeId damaged : coordinator.damaged()) {
            HealTask.start(context, address.record(), damaged);
        }
    }

    @Override
    public void onAnswer(NodeId from, PeerMessage.Data answer, long now) {
        if (answer instanceof PeerMessage.ReadReply read) {
            coordinator.answered(from, read.status(), read.want(), read.digest(), read.state(), now);
        } else if (answer instanceof PeerMessage.WriteAck ack && repairs.containsKey(ack.id())) {
            coordinator.repaired(repairs.getOrDefault(ack.id(), from), ack.status(), now);
        }
    }

    @Override
    public void disk(NodeId node, long now) {
        coordinator.lost(node, now);
    }

    @Override
    public boolean tick(long now) {
        return over || coordinator.tick(now);
    }

    @Override
    public void abandon() {
        if (!over) {
            over = true;
            reply.accept(Shard.abandoned(false));
        }
    }
}
