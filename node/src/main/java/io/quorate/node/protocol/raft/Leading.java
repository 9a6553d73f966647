package io.quorate.node.protocol.raft;

import com.google.common.collect.ImmutableList;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a leader does in one term: sections 5.3 and 5.4.2 of the paper, 3.10 and 6.2 of the dissertation. */
final class Leading {
    /** Entries that a learner may lack when it is made a voter. */
    private static final long NEAR = 64;

    private final Member member;
    private final Map<NodeId, Progress> followers = new TreeMap<>();
    private final Reads reads;
    private final AddedAt addedAt = new AddedAt();
    private final long startedAt;
    private final long firstOfTerm;
    private long heartbeatAt;

    private boolean handedOver;
    private @Nullable NodeId successor;
    private long successorUntil;

    Leading(Member member) {
        this.member = member;
        this.reads = new Reads(member);
        this.startedAt = member.now;
        meet();
        firstOfTerm = add(Entry.Kind.NOOP, Bytes.EMPTY).index();
        heartbeatAt = member.now;
        replicateAll();
    }

    /** Takes up with who belongs to the group now, and lets the others go. */
    private void meet() {
        Set<NodeId> members = member.configuration().members();
        followers.keySet().retainAll(members);
        for (NodeId each : members) {
            if (!each.equals(member.self) && !followers.containsKey(each)) {
                followers.put(each, new Progress(member.log.lastIndex() + 1, member.now));
            }
        }
    }

    private Ready.Position add(Entry.Kind kind, Bytes payload) {
        Entry entry = new Entry(member.log.lastIndex() + 1, member.term(), kind, payload);
        member.log.add(entry);
        addedAt.added(entry.index(), member.now);
        return new Ready.Position(entry.index(), entry.term());
    }

    /** Takes commands into the log; where the first stands, null if none can be taken now. */
    Ready.@Nullable Position propose(List<Bytes> commands) {
        if (successor != null || member.log.uncommittedBytes() > member.settings.proposedBytes()) {
            return null;
        }
        Ready.Position first = null;
        for (Bytes command : commands) {
            Ready.Position at = add(Entry.Kind.COMMAND, command);
            first = first == null ? at : first;
        }
        replicateAll();
        return first;
    }

    private void replicateAll() {
        followers.forEach((to, progress) -> replicate(to, progress));
    }

    private void replicate(NodeId to, Progress progress) {
        while (progress.maySend(member.settings.windowBytes()) && progress.next() <= member.log.lastIndex()) {
            if (progress.next() <= member.log.baseIndex()) {
                progress.needsState();
                member.needState.add(to);
                return;
            }
            if (progress.repeats()) {
                append(to, progress.next() - 1, ImmutableList.of());
                progress.asked();
                return;
            }
            ImmutableList<Entry> entries = member.log.from(progress.next(), member.settings.appendBytes());
            append(to, progress.next() - 1, entries);
            progress.sent(
                    entries.get(entries.size() - 1).index(),
                    entries.stream().mapToLong(Entry::bytes).sum());
        }
    }

    private void append(NodeId to, long prevIndex, ImmutableList<Entry> entries) {
        member.post.send(
                to,
                new RaftMessage.Append(
                        member.term(),
                        prevIndex,
                        member.log.term(prevIndex),
                        entries,
                        member.log.commit(),
                        reads.round()));
    }

    /** An answer of a follower, in the present term. */
    void onAnswer(NodeId from, RaftMessage message) {
        if (message instanceof RaftMessage.Appended appended) {
            onAppended(from, appended);
        } else if (message instanceof RaftMessage.Refused refused) {
            onRefused(from, refused);
        } else if (message instanceof RaftMessage.Alive alive) {
            onAlive(from, alive);
        }
    }

    private void onAppended(NodeId from, RaftMessage.Appended appended) {
        Progress progress = heard(from);
        if (progress == null) {
            return;
        }
        if (progress.matched(Math.min(appended.match(), member.log.lastIndex()))) {
            commit();
        }
        confirm(from, progress, appended.round());
        replicate(from, progress);
        if (from.equals(successor)) {
            handOver();
        }
    }

    private void onRefused(NodeId from, RaftMessage.Refused refused) {
        Progress progress = heard(from);
        if (progress == null) {
            return;
        }
        confirm(from, progress, refused.round());
        if (progress.isOf(refused.prevIndex())) {
            // The last entry here that may be theirs too: each probe passes a whole term of either log.
            progress.probe(member.log.lastNotAbove(refused.hintIndex(), refused.hintTerm()) + 1);
            replicate(from, progress);
        }
    }

    private void onAlive(NodeId from, RaftMessage.Alive alive) {
        Progress progress = heard(from);
        if (progress == null) {
            return;
        }
        confirm(from, progress, alive.round());
        progress.alive();
        if (progress.awaitsState() || progress.match() >= member.log.lastIndex()) {
            return;
        }
        if (progress.next() <= member.log.baseIndex()) {
            // What is on its way may be lost, and the log does not go back to it any more.
            progress.probe(progress.match() + 1);
        } else if (progress.isStreaming() ? progress.next() > progress.match() + 1 : isAtEnd(progress)) {
            // Again all that is on its way may be lost: this is refused then, and the logs are compared anew.
            append(from, progress.next() - 1, ImmutableList.of());
        }
        replicate(from, progress);
    }

    private void confirm(NodeId from, Progress progress, long round) {
        progress.answered(member.rules.leaseFrom(reads.begunAt(round), member.now));
        reads.confirm(from, round);
    }

    /**
     * Up to where a read may see the log without asking anybody, because a quorum has been heard so lately that it elects nobody
     * else yet (section 6.4.1 of the dissertation; the time counts from when it was asked); -1 if it has to ask.
     */
    long leasedIndex() {
        return knowsCommit() && ledNanosAgo(Long.MIN_VALUE) == 0 ? member.log.commit() : -1;
    }

    /**
     * Nanoseconds since a quorum followed this leader for certain, as what it was asked at that moment or later it has answered;
     * 0 while it elects nobody else yet. The highest number if none has answered.
     *
     * @param vouchedAt when it did by what else is known
     */
    long ledNanosAgo(long vouchedAt) {
        long answered = member.configuration().quorumIndex(node -> {
            Progress progress = followers.get(node);
            long none = progress == null ? Long.MIN_VALUE : progress.answeredFrom();
            return node.equals(member.self) ? member.now : none;
        });
        long at = Math.max(answered, vouchedAt);
        if (at == Long.MIN_VALUE) {
            return Long.MAX_VALUE;
        }
        boolean leases = !handedOver || member.rules.leasesAfterHandOver();
        long age = Math.max(0, member.now - at);
        return leases && age < member.rules.leaseNanos(member.settings.electionNanos()) ? 0 : Math.max(1, age);
    }

    private boolean isAtEnd(Progress progress) {
        return progress.next() > member.log.lastIndex();
    }

    private @Nullable Progress heard(NodeId from) {
        Progress progress = followers.get(from);
        if (progress != null) {
            progress.heard(member.now);
        }
        return progress;
    }

    /** What a quorum has is committed, if it was made in this term. */
    void commit() {
        long index = member.rules.quorumIndex(member.configuration(), this::matchOf);
        if (index > member.log.commit()
                && member.rules.mayCommit(member.log.term(index), member.term())
                && member.log.commitTo(index)) {
            addedAt.passed(
                    followers.values().stream().mapToLong(Progress::match).min().orElse(index));
            reads.committed();
            arrive();
        }
    }

    /** Once a change of the group is committed by both sides, the new side decides alone. */
    private void arrive() {
        Configuration latest = member.configuration();
        if (latest.isJoint() && member.log.configurations().latestIndex() <= member.log.commit()) {
            add(Entry.Kind.CONFIGURATION, latest.arrived().encode());
            meet();
            replicateAll();
        }
    }

    /** Whether this member has seen the group through to a configuration in which it does not vote. */
    boolean isRetired() {
        return !member.configuration().isVoter(member.self)
                && member.log.configurations().latestIndex() <= member.log.commit();
    }

    /**
     * Begins to change the group; where that stands in the log, null if it cannot be: another change goes on, this term has
     * committed nothing yet, or a new voter is not known to have nearly all of the log.
     */
    Ready.@Nullable Position change(Set<NodeId> voters, Set<NodeId> learners) {
        Configuration latest = member.configuration();
        boolean settled = !latest.isJoint() && member.log.configurations().latestIndex() <= member.log.commit();
        boolean committed = member.log.term(member.log.commit()) == member.term();
        boolean ready = voters.stream().allMatch(voter -> latest.isVoter(voter) || isNear(voter));
        if (!member.rules.mayChange(settled, committed) || !ready || voters.isEmpty() || successor != null) {
            return null;
        }
        Configuration next = latest.towards(voters, learners);
        Ready.Position at =
                add(Entry.Kind.CONFIGURATION, (member.rules.changesJointly() ? next : next.arrived()).encode());
        meet();
        replicateAll();
        return at;
    }

    /**
     * One that has lost its disk: it has nothing. Where the entry stands that is made now, after the loss; null if none can be.
     */
    Ready.@Nullable Position forgotten(NodeId by) {
        Progress before = followers.get(by);
        if (before == null || successor != null) {
            return null;
        }
        followers.put(by, new Progress(member.log.lastIndex() + 1, before.heardAt()));
        Ready.Position at = add(Entry.Kind.NOOP, Bytes.EMPTY);
        replicateAll();
        return at;
    }

    private boolean isNear(NodeId node) {
        Progress progress = followers.get(node);
        return progress != null
                && progress.wasHeardSince(member.now - member.settings.electionNanos())
                && progress.match() >= firstOfTerm
                && progress.match() + NEAR >= member.log.commit();
    }

    /** The end of sending a state, however it ended: it is looked anew what the follower lacks, if it has not said. */
    void stateSent(NodeId to) {
        Progress progress = followers.get(to);
        if (progress != null && progress.awaitsState()) {
            progress.probe(member.log.lastIndex() + 1);
            append(to, progress.next() - 1, ImmutableList.of());
        }
    }

    /** Up to where all that vote have the log on their disks. */
    long matchOfAll() {
        Configuration latest = member.configuration();
        return latest.members().stream()
                .filter(latest::isVoter)
                .mapToLong(this::matchOf)
                .min()
                .orElse(0);
    }

    RaftCore.@Nullable Standing standingOf(NodeId node) {
        Progress progress = followers.get(node);
        if (progress == null) {
            return null;
        }
        long match = progress.match();
        long lag = match >= member.log.lastIndex() ? 0 : addedAt.age(match + 1, member.now);
        return new RaftCore.Standing(match, member.now - progress.heardAt(), lag);
    }

    private long matchOf(NodeId node) {
        if (node.equals(member.self)) {
            return member.rules.ownMatch(member.log.durable(), member.log.lastIndex());
        }
        Progress progress = followers.get(node);
        return progress == null ? 0 : progress.match();
    }

    void read(NodeId from, long id) {
        reads.add(from, id);
    }

    /** Begins what has gathered since the last input. */
    void flush() {
        if (reads.takeDue()) {
            reads.begin();
            beat();
        }
    }

    /** Before the term has committed anything, any of the log may have been committed by earlier leaders. */
    boolean knowsCommit() {
        return member.log.term(member.log.commit()) == member.term();
    }

    private void beat() {
        heartbeatAt = member.now;
        long newest = knowsCommit() ? member.log.commit() : member.log.lastIndex();
        long age = ledNanosAgo(Long.MIN_VALUE);
        followers.forEach((to, progress) -> member.post.send(
                to,
                new RaftMessage.Heartbeat(
                        member.term(),
                        member.rules.toldByHeartbeat(progress.match(), member.log.commit()),
                        newest,
                        age,
                        reads.round())));
    }

    /** False if this member must lead no longer: no quorum hears it, or its disk hangs. */
    boolean tick() {
        // First: who wakes from a pause tells nobody once more that it leads.
        if (!isHeard() || member.disk.hangs(member.now, member.settings.electionNanos())) {
            return false;
        }
        if (member.now - heartbeatAt >= member.settings.heartbeatNanos()) {
            reads.beginAnother();
            beat();
        }
        if (successor != null && member.now - successorUntil >= 0) {
            successor = null;
        }
        return true;
    }

    private boolean isHeard() {
        long since = member.now - member.settings.electionNanos();
        return startedAt - since > 0
                || member.configuration().isQuorum(node -> {
                    Progress progress = followers.get(node);
                    return node.equals(member.self) || (progress != null && progress.wasHeardSince(since));
                });
    }

    /** Hands its place to a voter, as soon as that one has the whole log; no command is taken meanwhile. */
    boolean transfer(NodeId to) {
        if (!followers.containsKey(to) || !member.configuration().isVoter(to)) {
            return false;
        }
        successor = to;
        successorUntil = member.now + member.settings.electionNanos();
        handOver();
        return true;
    }

    /** Whoever was to lead would rather not. A late refusal of a vote may be taken for this: then it is asked once more. */
    void declined(NodeId from) {
        if (from.equals(successor)) {
            successor = null;
        }
    }

    boolean isHandingOver() {
        return successor != null;
    }

    private void handOver() {
        NodeId to = successor;
        Progress progress = to == null ? null : followers.get(to);
        if (to != null && progress != null && progress.match() == member.log.lastIndex()) {
            // Whoever stands by this is elected by those who hear this leader too, now or whenever it arrives.
            handedOver = true;
            member.post.send(to, new RaftMessage.StandNow(member.term()));
        }
    }

    boolean isSettled() {
        return successor == null
                && reads.isIdle()
                && !member.configuration().isJoint()
                && member.log.commit() == member.log.lastIndex()
                && knowsCommit();
    }

    /** After a rest, in which nobody was heard and somebody else made sure that they were there. */
    void wake(long heardAt) {
        followers.values().forEach(progress -> progress.heard(heardAt));
        heartbeatAt = heardAt - member.settings.heartbeatNanos();
    }

    void end() {
        reads.fail();
    }
}
