package io.quorate.bench.sim.group;

import io.quorate.bench.check.Violation;
import io.quorate.node.protocol.group.FoundLog;
import io.quorate.node.protocol.group.Group;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.node.protocol.raft.Base;
import io.quorate.node.protocol.raft.Configuration;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.WriteLevel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Writes at {@code ASYNC}, each to a key of its own. What is answered as such is on the disk of its leader, and is lost only if
 * that one lost its lead; what is answered as more is on the disks of a majority, and stays.
 */
final class AsyncWrites implements Extra {
    private static final long MILLI = 1_000_000L;

    private final GroupSimulation world;
    private final Random random;
    private final Map<RecordKey, KeyReply.LedWritten> told = new LinkedHashMap<>();
    private int number;
    private boolean stopped;

    AsyncWrites(GroupSimulation world, Random random) {
        this.world = world;
        this.random = random;
    }

    @Override
    public void begin() {
        world.agenda().after(random.nextInt(1000) * MILLI, this::write);
    }

    @Override
    public void stop() {
        stopped = true;
    }

    private void write() {
        if (stopped) {
            return;
        }
        Bytes name = Bytes.ofUtf8("async" + number++);
        RecordKey key = world.key("async", 1, name);
        Asked node = world.anyNode(random);
        if (node.isUp()) {
            LedRequest.Value value = new LedRequest.Value(name, "text/plain");
            RequestId id = new RequestId(name, random.nextBoolean());
            world.note(node + " is asked for " + name.toUtf8());
            node.request(
                    new LedRequest.Write(key, value, Condition.NONE, WriteLevel.ASYNC, id),
                    world.timeoutNanos(),
                    reply -> {
                        if (reply instanceof KeyReply.LedWritten written) {
                            told(key, written);
                        }
                    });
        }
        world.agenda().after(random.nextInt(300) * MILLI, this::write);
    }

    private void told(RecordKey key, KeyReply.LedWritten written) {
        told.put(key, written);
        VersionTag tag = written.tag();
        String level = written.standing().level();
        world.note(key.key().toUtf8() + " is " + tag + " at " + level);
        if (level.equals(WriteLevel.ASYNC.name())) {
            for (GroupNode node : world.nodes()) {
                if (leads(node, tag.term()) && !has(node, tag)) {
                    throw new Violation("ASYNC is on the leader's disk", tag + " is not on that of " + node);
                }
            }
        } else {
            // Whose disk was lost meanwhile may have had it.
            long holders = world.nodes().stream()
                    .filter(node -> has(node, tag) || node.isForgetful())
                    .count();
            if (!level.equals(WriteLevel.SEMI_SYNC.name())
                    || holders * 2 <= world.nodes().size()) {
                throw new Violation("no level is named that was not reached", tag + " at " + level + " by " + holders);
            }
        }
    }

    private static boolean leads(GroupNode node, long term) {
        Group group = node.group();
        if (group == null) {
            return false;
        }
        GroupReport report = group.report(0);
        return report.role().equals("leader") && report.term() == term;
    }

    /** Whether the log that a node would find on its disk has an entry, or begins behind it. */
    private boolean has(GroupNode node, VersionTag tag) {
        GroupDisk.Contents disk = node.disk().contents();
        FoundLog found = new FoundLog(new Base(0, 0, Configuration.of(world.ids())));
        Map.Entry<Long, Ready.Write> snapshot = disk.snapshots().lastEntry();
        if (snapshot != null) {
            found.begin(snapshot.getValue());
        }
        long begun = snapshot == null ? 0 : snapshot.getKey();
        disk.events().tailMap(begun, false).values().forEach(found::add);
        return found.base().index() >= tag.index()
                || found.entries().stream()
                        .anyMatch(entry -> entry.index() == tag.index() && entry.term() == tag.term());
    }

    /** The last ones may be on their way to the others. */
    @Override
    public boolean isDone() {
        return lost().isEmpty();
    }

    @Override
    public void check() {
        if (!lost().isEmpty()) {
            throw new Violation(
                    "what is acknowledged is lost only at ASYNC, with its leader", String.join(", ", lost()));
        }
    }

    /** What is not there, and should be. */
    private List<String> lost() {
        GroupNode any = world.nodes().get(0);
        Group group = any.group();
        long term = group == null ? 0 : group.report(0).term();
        List<String> lost = new ArrayList<>();
        told.forEach((key, written) -> {
            boolean mayBe = written.standing().level().equals(WriteLevel.ASYNC.name())
                    && term > written.tag().term();
            if (!mayBe && any.disk().contents().state().read(key).versions().isEmpty()) {
                lost.add(key.key().toUtf8() + ", " + written + ", in term " + term);
            }
        });
        return lost;
    }
}
