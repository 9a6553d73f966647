package io.quorate.node.actor;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.group.Group;
import io.quorate.node.protocol.group.GroupReport;
import io.quorate.node.protocol.group.Pulses;
import io.quorate.node.protocol.raft.RaftSettings;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The ways to and from the groups of one node, for whoever is no actor. Safe from any thread. */
public final class GroupTable {
    /** Epochs begin so far from the end of numbers that they can grow. */
    private static final int EPOCH_SHIFT = 4;
    /** A group that has not answered by then is not waited for. */
    private static final long ANSWER_MILLIS = 1_000;

    private final LongSupplier nanoClock;
    private final Map<ReplicaSetId, GroupInlet> inlets = new ConcurrentHashMap<>();
    /** To groups that do not run on this node. */
    private final GroupInlet remote = new GroupInlet();

    private final Map<Integer, GroupReport> reports = new ConcurrentHashMap<>();
    private final Set<Integer> ready = ConcurrentHashMap.newKeySet();
    private volatile boolean complete;
    private final SharedPulses pulses;
    private volatile ImmutableMap<String, Integer> gone = ImmutableMap.of();
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
            NodeId self,
            Transport transport,
            Stamps stamps,
            LongSupplier nanoClock,
            LongSupplier randomLongs,
            PeerQuarantine.Listener errors,
            Delays delays,
            Executor later) {
        this.nanoClock = nanoClock;
        this.pulses = new SharedPulses(
                new Pulses(randomLongs.getAsLong() >>> EPOCH_SHIFT, RaftSettings.DEFAULT.heartbeatNanos()), this::lost);
        this.frames = new GroupFrames(transport, stamps, nanoClock, errors, delays, this);
        this.post = new GroupPost(
                self,
                transport,
                stamps,
                randomLongs,
                (set, message) -> frames.hand(self, set, message, 0),
                later,
                pulses);
    }

    Map<ReplicaSetId, GroupInlet> inlets() {
        return inlets;
    }

    @Nullable
    GroupInlet inlet(ReplicaSetId set) {
        return inlets.get(set);
    }

    SharedPulses pulses() {
        return pulses;
    }

    /** Groups cannot rely on a node any more, or it not on them. */
    private void lost(NodeId node) {
        GroupInlet.Lost lost = new GroupInlet.Lost(node);
        inlets.values().forEach(inlet -> inlet.add(lost));
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

    /** A group has ended: how it stood says nothing any more. */
    void ended(int partition) {
        reports.remove(partition);
    }

    /** Which buckets are deleted by now: the last generation of each name that is. */
    public void bucketsGone(ImmutableMap<String, Integer> generations) {
        boolean news = !generations.equals(gone);
        gone = generations;
        if (news) {
            RaftGroupActor.BucketsGone told = new RaftGroupActor.BucketsGone(generations);
            inlets.values().forEach(inlet -> inlet.tell(told));
        }
    }

    ImmutableMap<String, Integer> gone() {
        return gone;
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

    /** How all of them stand now. Those that have not begun, or do not say in time, are listed as such. */
    public CompletableFuture<List<GroupReport>> ask() {
        List<CompletableFuture<GroupReport>> answers = new ArrayList<>();
        inlets.forEach((set, inlet) -> answers.add(report(set.partition(), inlet)));
        return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> answers.stream()
                        .map(CompletableFuture::join)
                        .sorted(Comparator.comparingInt(GroupReport::partition))
                        .toList());
    }

    private CompletableFuture<GroupReport> report(int partition, GroupInlet inlet) {
        if (!inlet.isOpen()) {
            return CompletableFuture.completedFuture(
                    GroupReport.unknown(partition, inlet.hears() ? "rejoining" : "starting"));
        }
        // One that ends meanwhile answers nothing.
        return ask(inlet, group -> group.report(nanoClock.getAsLong()))
                .completeOnTimeout(GroupReport.unknown(partition, "busy"), ANSWER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static <T> CompletableFuture<T> ask(GroupInlet inlet, Function<Group, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        inlet.tell(new RaftGroupActor.Ask<>(question, answer));
        return answer;
    }

    /** What came of asking to hand a lead over. */
    public enum Transfer {
        BEGUN,
        NOT_LEADING,
        STARTING,
        NO_SUCH_GROUP,
        /** It may begin yet. */
        NO_ANSWER
    }

    /** Has this node's group of a partition hand over its lead. */
    public CompletableFuture<Transfer> transfer(ReplicaSetId set, NodeId to) {
        GroupInlet inlet = inlets.get(set);
        if (inlet == null) {
            return CompletableFuture.completedFuture(Transfer.NO_SUCH_GROUP);
        }
        if (!inlet.isOpen()) {
            return CompletableFuture.completedFuture(Transfer.STARTING);
        }
        return ask(inlet, group -> group.transfer(to, nanoClock.getAsLong()) ? Transfer.BEGUN : Transfer.NOT_LEADING)
                .completeOnTimeout(Transfer.NO_ANSWER, ANSWER_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Groups of this node that rest. */
    public long resting() {
        return inlets.values().stream().filter(GroupInlet::isQuiet).count();
    }

    /** Groups that this node has, whether they have begun or not. */
    public int size() {
        return inlets.size();
    }

    /** Groups that an operator has to look into, about a second ago. */
    public long alarmed() {
        return reports.values().stream()
                .filter(report -> report.trouble() != null)
                .count();
    }
}
