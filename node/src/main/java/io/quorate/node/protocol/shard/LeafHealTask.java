package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.antientropy.Responder;
import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.replica.LeafListing;
import io.quorate.node.protocol.replica.Replica;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Mends a leaf of this node whose records do not make up its sum: every key that any other home has in that leaf, or that
 * stands here, is put back from all other homes; when all of them are, the leaf is counted anew.
 */
final class LeafHealTask implements Task {
    private static final long TIME_NANOS = 10_000_000_000L;
    private static final int WINDOW = 8;

    private final Context context;
    private final ReplicaSetId set;
    private final int leaf;
    private final Set<NodeId> silent;
    private final Set<RecordKey> keys = new LinkedHashSet<>();
    private final Deque<RecordKey> left = new ArrayDeque<>();
    private final long deadline;
    private long id;
    private int running;
    private boolean failed;
    private boolean listed;
    private boolean over;

    private LeafHealTask(Context context, ReplicaSetId set, int leaf, List<NodeId> others) {
        this.context = context;
        this.set = set;
        this.leaf = leaf;
        this.silent = new LinkedHashSet<>(others);
        this.deadline = context.now + TIME_NANOS;
    }

    /** Begins if every other home is there to be asked; over at once if not. */
    static LeafHealTask start(Context context, ReplicaSetId set, int leaf) {
        List<NodeId> others = context.homes(set.partition(), set.n()).stream()
                .filter(home -> !home.equals(context.self))
                .toList();
        LeafHealTask task = new LeafHealTask(context, set, leaf, others);
        if (others.isEmpty() || !context.live.containsAll(others)) {
            task.over = true;
            return task;
        }
        task.id = context.register(task);
        context.later(now -> task.ask());
        return task;
    }

    boolean isOver() {
        return over;
    }

    private void ask() {
        try {
            Replica replica = context.replicas.get(set);
            LeafListing own = replica.list(leaf);
            if (own.proved()) {
                over = true;
                return;
            }
            keys.addAll(own.digests().keySet());
            keys.addAll(own.bare());
            keys.addAll(own.unreadable());
            // Any digest but theirs: all of the leaf is wanted.
            long other = replica.leaves().get(leaf).digest() + 1;
            for (NodeId home : List.copyOf(silent)) {
                context.send(
                        home,
                        new ExchangeMessage.AskLeaves(
                                id,
                                set,
                                Responder.NO_SESSION,
                                ImmutableList.of(new ExchangeMessage.LeafDigest(leaf, other))));
            }
        } catch (CorruptRecordException | StorageException e) {
            over = true;
        }
    }

    @Override
    public void onAnswer(NodeId from, PeerMessage.Data answer, long now) {
        if (over || listed || !(answer instanceof ExchangeMessage.Leaves leaves) || !silent.contains(from)) {
            return;
        }
        for (ExchangeMessage.Listing listing : leaves.listings()) {
            if (listing.damaged()) {
                over = true;
                return;
            }
            for (ExchangeMessage.KeyDigest key : listing.keys()) {
                if (!key.key().set().equals(set)) {
                    over = true;
                    return;
                }
                keys.add(key.key());
            }
        }
        silent.remove(from);
        if (silent.isEmpty()) {
            listed = true;
            if (keys.isEmpty()) {
                // Nobody has anything here. Was it deleted, or had only this home taken it? Whether the others know
                // all that this home's clock vouches for is found out by mending any key.
                keys.add(context.replicas.get(set).anyKeyOf(leaf));
            }
            left.addAll(keys);
            goOn();
        }
    }

    private void goOn() {
        while (running < WINDOW && !left.isEmpty() && !over) {
            running++;
            HealTask.start(context, left.poll(), context.self, healed -> {
                running--;
                failed |= !healed;
                goOn();
            });
        }
        if (running == 0 && left.isEmpty() && !over) {
            over = true;
            if (!failed) {
                try {
                    context.replicas.get(set).recount(leaf);
                } catch (CorruptRecordException | StorageException e) {
                    context.corruption("leaf " + leaf + " of partition " + set.partition() + ": " + e.getMessage());
                }
            }
        }
    }

    @Override
    public boolean tick(long now) {
        over |= now >= deadline;
        return over;
    }

    @Override
    public void abandon() {
        over = true;
    }
}
