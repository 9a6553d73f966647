package io.quorate.bench.sim.group;

import com.google.common.collect.ImmutableMap;
import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.WriteLevel;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;

/**
 * A bucket that is written, deleted, and made and written anew; the nodes hear of that one after the other. In the end no
 * replica has a key of the first, and what was acknowledged of the second is there.
 */
final class DeletedBucket implements Extra {
    private static final long MILLI = 1_000_000L;
    private static final String NAME = "gone";
    /** Longer than a request can be under way: nobody writes to a bucket that is deleted. */
    private static final long QUIET = 3_000 * MILLI;

    private final GroupSimulation world;
    private final Random random;
    private final long deletedAt;
    private final Set<RecordKey> live = new LinkedHashSet<>();
    private int number;
    private boolean deleted;
    private boolean stopped;

    DeletedBucket(GroupSimulation world, Random random) {
        this.world = world;
        this.random = random;
        this.deletedAt = (5_000 + random.nextInt(8_000)) * MILLI;
    }

    @Override
    public void begin() {
        world.agenda().after(random.nextInt(500) * MILLI, this::write);
        world.agenda().at(deletedAt, this::delete);
    }

    @Override
    public void started(GroupNode node) {
        if (deleted) {
            tell(node);
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    private void write() {
        if (stopped) {
            return;
        }
        Asked node = world.anyNode(random);
        boolean early = world.now() < deletedAt - QUIET;
        if (node.isUp() && (early || deleted)) {
            Bytes name = Bytes.ofUtf8("key" + number++);
            RecordKey key = world.key(NAME, early ? 1 : 2, name);
            LedRequest.Value value = new LedRequest.Value(name, "text/plain");
            node.request(
                    new LedRequest.Write(
                            key,
                            value,
                            Condition.NONE,
                            WriteLevel.SEMI_SYNC,
                            new RequestId(Bytes.ofUtf8(NAME + number), true)),
                    world.timeoutNanos(),
                    reply -> {
                        if (reply instanceof KeyReply.LedWritten && !early) {
                            live.add(key);
                        }
                    });
        }
        world.agenda().after(random.nextInt(200) * MILLI, this::write);
    }

    private void delete() {
        world.note(NAME + " is deleted");
        deleted = true;
        world.nodes().forEach(node -> world.agenda().after(random.nextInt(2_000) * MILLI, () -> tell(node)));
    }

    private void tell(GroupNode node) {
        node.bucketsGone(ImmutableMap.of(NAME, 1, "b", 0));
    }

    @Override
    public boolean isDone() {
        return deleted && world.nodes().stream().allMatch(node -> left(node) == 0);
    }

    private long left(GroupNode node) {
        return node.disk().contents().state().keysAfter(world.set(), null, Integer.MAX_VALUE).stream()
                .filter(key -> key.bucket().equals(NAME) && key.generation() == 1)
                .count();
    }

    @Override
    public void check() {
        for (GroupNode node : world.nodes()) {
            if (left(node) > 0) {
                throw new Violation("the keys of a deleted bucket go", node + " still has " + left(node));
            }
            for (RecordKey key : live) {
                if (node.disk().contents().state().read(key).versions().isEmpty()) {
                    throw new Violation("the keys of a live bucket stay", node + " has lost " + key);
                }
            }
        }
    }
}
