package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionedObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives a home back a record that its disk lost. Every other home must answer, with absences proved: a value that stands
 * only where the damage is and at one home which stays silent would otherwise count as deleted (condition C9).
 */
final class HealTask implements Task {
    private static final long TIME_NANOS = 2_000_000_000L;

    private final Context context;
    private final RecordKey key;
    private final NodeId damaged;
    private final List<NodeId> sources;
    private long deadline;
    private final Map<NodeId, KeyState> states = new LinkedHashMap<>();
    private long id;
    private boolean over;

    private HealTask(Context context, RecordKey key, NodeId damaged, List<NodeId> sources) {
        this.context = context;
        this.key = key;
        this.damaged = damaged;
        this.sources = sources;
        this.deadline = Long.MAX_VALUE;
    }

    static void start(Context context, KeyAddress address, NodeId damaged) {
        List<NodeId> sources = context.homes(address.partition(), address.n()).stream()
                .filter(home -> !home.equals(damaged))
                .toList();
        if (sources.isEmpty() || !context.live.containsAll(sources)) {
            return;
        }
        HealTask task = new HealTask(context, address.record(), damaged, sources);
        task.id = context.register(task);
        context.later(task::ask);
    }

    private void ask(long now) {
        deadline = now + TIME_NANOS;
        for (NodeId source : sources) {
            if (source.equals(context.self)) {
                ReplicaSide.Answer own = ReplicaSide.read(context, key, Want.PROVED);
                take(source, own.status(), own.state(), now);
            } else {
                context.send(
                        source,
                        new PeerMessage.Read(
                                id, key, Want.PROVED, Context.millisLeft(now, deadline), context.ring.epoch()));
            }
        }
    }

    @Override
    public void onAnswer(NodeId from, PeerMessage.Data answer, long now) {
        if (answer instanceof PeerMessage.ReadReply read
                && (read.want() == Want.PROVED || read.status() != Status.OK)) {
            take(from, read.status(), read.state(), now);
        } else if (answer instanceof PeerMessage.WriteAck ack) {
            over = true;
            if (ack.status() == Status.OK) {
                context.happened(Shard.Event.HEALED);
            }
        }
    }

    private void take(NodeId from, Status status, @Nullable KeyState state, long now) {
        if (status != Status.OK || state == null) {
            over = true;
            return;
        }
        states.put(from, state);
        if (over || states.size() < sources.size()) {
            return;
        }
        KeyState merged = null;
        for (KeyState each : states.values()) {
            merged = merged == null ? each : context.rules.merge(merged, each);
        }
        VersionedObject object = VersionedObject.of(merged == null ? KeyState.EMPTY : merged);
        if (damaged.equals(context.self)) {
            over = true;
            try {
                context.replicas.get(key.set()).restore(key, object);
                context.happened(Shard.Event.HEALED);
            } catch (CorruptRecordException | StorageException e) {
                if (e instanceof StorageException failure && failure.diskFull()) {
                    // The next read of the key tries again.
                    return;
                }
                context.corruption(ReplicaSide.describe(key) + ": " + e.getMessage());
            }
        } else {
            context.send(
                    damaged,
                    new PeerMessage.Write(
                            id, key, object, true, null, Context.millisLeft(now, deadline), context.ring.epoch()));
        }
    }

    @Override
    public boolean tick(long now) {
        return over || now >= deadline;
    }

    @Override
    public void abandon() {
        over = true;
    }
}
