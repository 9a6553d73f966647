package io.quorate.node.actor;

import io.quorate.node.protocol.group.GroupReport;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.node.serial.Stamps;
import io.quorate.node.transport.Frame;
import io.quorate.node.transport.Transport;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The ways to and from the groups of one node, for whoever is no actor. Safe from any thread. */
public final class GroupTable {
    private final LongSupplier nanoClock;
    private final Map<ReplicaSetId, GroupInlet> inlets = new ConcurrentHashMap<>();
    /** To groups that do not run on this node. */
    private final GroupInlet remote = new GroupInlet();

    private final Map<Integer, GroupReport> reports = new ConcurrentHashMap<>();
    private final Set<Integer> ready = ConcurrentHashMap.newKeySet();
    private volatile boolean complete;
    private final GroupPost post;
    private final GroupFrames frames;

    /** Runs something after a while. */
    public interface Delays {
        void after(long nanos, Runnable work);
    }

    /**
     * Of a node that has no groups yet.
     *
     * @param later runs what it is given after what is queued there already
     */
    public GroupTable(
            Transport transport,
            Stamps stamps,
            LongSupplier nanoClock,
            LongSupplier randomLongs,
            PeerQuarantine.Listener errors,
            Delays delays,
            Executor later) {
        this.nanoClock = nanoClock;
        this.post = new GroupPost(transport, stamps, randomLongs, later);
        this.frames = new GroupFrames(transport, stamps, nanoClock, errors, delays, inlets, remote, post);
    }

    Map<ReplicaSetId, GroupInlet> inlets() {
        return inlets;
    }

    @Nullable
    GroupInlet inlet(ReplicaSetId set) {
        return inlets.get(set);
    }

    GroupInlet remote() {
        return remote;
    }

    GroupPost post() {
        return post;
    }

    GroupFrames frames() {
        return frames;
    }

    void ready(int partition) {
        ready.add(partition);
    }

    void reports(GroupReport report) {
        reports.put(report.partition(), report);
    }

    /** Takes a frame of another node's groups. */
    public void take(Frame frame) {
        frames.take(frame);
    }

    /** Every group that this node needs has its place in the table. */
    void complete() {
        complete = true;
    }

    /** Whether all groups that this node needs have read their logs. */
    public boolean isReady() {
        return complete && ready.size() >= inlets.size();
    }

    /** Takes a client's request to the group of its key, here or elsewhere. */
    public void submit(LedRequest request, long timeoutNanos, LongPredicate takenUp, Consumer<KeyReply> reply) {
        GroupInlet own = inlets.get(request.key().set());
        GroupInlet inlet = own == null || !own.isOpen() ? remote : own;
        inlet.add(new GroupInlet.Submit(request, nanoClock.getAsLong(), timeoutNanos, takenUp, reply));
    }

    /** How all groups of this node stood about a second ago, in the order of their partitions. */
    public List<GroupReport> reports() {
        List<GroupReport> all = new ArrayList<>(reports.values());
        all.sort(Comparator.comparingInt(GroupReport::partition));
        return all;
    }

    /** How those that have begun stand now. */
    public CompletableFuture<List<GroupReport>> ask() {
        List<CompletableFuture<GroupReport>> answers = new ArrayList<>();
        inlets.forEach((set, inlet) -> {
            if (!inlet.isOpen()) {
                return;
            }
            CompletableFuture<GroupReport> answer = new CompletableFuture<>();
            inlet.tell(new RaftGroupActor.Ask<>(group -> group.report(nanoClock.getAsLong()), answer));
            answers.add(answer);
        });
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> answers.stream()
                        .map(CompletableFuture::join)
                        .sorted(Comparator.comparingInt(GroupReport::partition))
                        .toList());
    }

    /** What came of asking to hand a lead over. */
    public enum Transfer {
        BEGUN,
        NOT_LEADING,
        NO_SUCH_GROUP
    }

    /** Has this node's group of a partition hand over its lead. */
    public CompletableFuture<Transfer> transfer(ReplicaSetId set, NodeId to) {
        GroupInlet inlet = inlets.get(set);
        if (inlet == null) {
            return CompletableFuture.completedFuture(Transfer.NO_SUCH_GROUP);
        }
        CompletableFuture<Transfer> answer = new CompletableFuture<>();
        inlet.tell(new RaftGroupActor.Ask<>(
                group -> group.transfer(to, nanoClock.getAsLong()) ? Transfer.BEGUN : Transfer.NOT_LEADING, answer));
        return answer;
    }

    /** Groups that an operator has to look into, about a second ago. */
    public long alarmed() {
        return reports.values().stream()
                .filter(report -> report.alarm() != null)
                .count();
    }

    /** Groups that this node leads, about a second ago. */
    public long leads() {
        return reports.values().stream()
                .filter(report -> report.role().equals("leader"))
                .count();
    }
}
