package io.quorate.node.protocol.shard;

import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.message.PeerMessage.Origin;
import io.quorate.node.protocol.message.PeerMessage.Status;
import io.quorate.node.protocol.message.PeerMessage.Want;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.version.VersionedObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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
    private final Consumer<Boolean> done;
    private long deadline;
    private final Map<NodeId, KeyState> states = new LinkedHashMap<>();
    private long id;
    private boolean over;

    private HealTask(Context context, RecordKey key, NodeId damaged, List<NodeId> sources, Consumer<Boolean> done) {
        this.context = context;
        this.done = done;
        this.key = key;
        this.damaged = damaged;
        this.sources = sources;
        this.deadline = Long.MAX_VALUE;
    }

    /** Heals a record if all that is needed for it is there. */
    static void start(Context context, RecordKey key, NodeId damaged) {
        start(context, key, damaged, healed -> {});
    }

    /** The same; {@code done} is told, once, whether all that the other homes have of it is there again. */
    static void start(Context context, RecordKey key, NodeId damaged, Consumer<Boolean> done) {
        List<NodeId> sources = context.homes(key.set().partition(), key.set().n()).stream()
                .filter(home -> !home.equals(damaged))
                .toList();
        if (sources.isEmpty() || !context.live.containsAll(sources)) {
            context.later(now -> done.accept(false));
            return;
        }
        HealTask task = new HealTask(context, key, damaged, sources, done);
        task.id = context.register(task);
        context.later(task::ask);
    }

    private void end(boolean healed) {
        if (!over) {
            over = true;
            done.accept(healed);
        }
    }

    private void ask(long now) {
        deadline = now + TIME_NANOS;
        for (NodeId source : sources) {
            if (source.equals(context.self)) {
                ReplicaSide.Answer own = ReplicaSide.read(context, key, Want.MENDING);
                take(source, own.status(), own.state(), now);
            } else {
                context.send(
                        source,
                        new PeerMessage.Read(
                                id, key, Want.MENDING, Context.millisLeft(now, deadline), context.ring.epoch()));
            }
        }
    }

    @Override
    public void onAnswer(NodeId from, PeerMessage.Data answer, long now) {
        if (answer instanceof PeerMessage.ReadReply read
                && (read.want() == Want.MENDING || read.status() != Status.OK)) {
            take(from, read.status(), read.state(), now);
        } else if (answer instanceof PeerMessage.WriteAck ack) {
            if (ack.status() == Status.OK) {
                context.happened(Shard.Event.HEALED);
            }
            end(ack.status() == Status.OK);
        }
    }

    private void take(NodeId from, Status status, @Nullable KeyState state, long now) {
        if (status != Status.OK || state == null) {
            end(false);
            return;
        }
        states.put(from, state);
        if (over || states.size() < sources.size()) {
            return;
        }
        if (now >= deadline) {
            // Some of these are old: what they say of absences may not be so any more.
            end(false);
            return;
        }
        KeyState merged = null;
        for (KeyState each : states.values()) {
            merged = merged == null ? each : context.rules.merge(merged, each);
        }
        VersionedObject object = VersionedObject.of(merged == null ? KeyState.EMPTY : merged);
        if (damaged.equals(context.self)) {
            try {
                Replica replica = context.replicas.get(key.set());
                if (replica.isChanging(key)) {
                    // What is being written builds on what was lost; it can be told apart from that again once it is
                    // done.
                    end(false);
                    return;
                }
                long commit = replica.restore(key, object);
                boolean whole =
                        replica.newest(key).dots().containsAll(object.state().dots());
                context.replicas.whenDurable(
                        key.set(),
                        commit,
                        (failure, later) -> {
                            if (failure == null) {
                                context.happened(Shard.Event.HEALED);
                            }
                            end(failure == null && whole);
                        },
                        now);
            } catch (CorruptRecordException | StorageException e) {
                // Where the disk is full the next read of the key tries again.
                if (!(e instanceof StorageException failure && failure.diskFull())) {
                    context.corruption(ReplicaSide.describe(key) + ": " + e.getMessage());
                }
                end(false);
            }
        } else {
            context.send(
                    damaged,
                    new PeerMessage.Write(
                            id,
                            key,
                            object,
                            Origin.REPAIR,
                            null,
                            Context.millisLeft(now, deadline),
                            context.ring.epoch()));
        }
    }

    @Override
    public boolean tick(long now) {
        if (now >= deadline) {
            end(false);
        }
        return over;
    }

    @Override
    public void abandon() {
        end(false);
    }
}
