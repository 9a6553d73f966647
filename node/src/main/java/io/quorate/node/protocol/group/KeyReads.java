package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.RaftMessage;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.raft.Role;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.version.KeyState;
import io.quorate.ring.wire.ErrorCode;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers reads of keys from the state machine, once it is as new as their level asks for. */
final class KeyReads {
    private final RaftCore core;
    private final Supplier<StateMachine> machine;
    private final Proposals proposals;
    private final Rest rest;
    private final GroupRules rules;
    private final Lookups lookups = new Lookups();
    private final Freshness freshness = new Freshness();

    /** With the state machine as it is by then: a state of another member may take its place. */
    KeyReads(RaftCore core, Supplier<StateMachine> machine, Proposals proposals, Rest rest, GroupRules rules) {
        this.core = core;
        this.machine = machine;
        this.proposals = proposals;
        this.rest = rest;
        this.rules = rules;
    }

    int size() {
        return lookups.size();
    }

    /** Whether what is applied here is new enough for a read that may be behind; never for any other. */
    boolean isFreshEnough(LedRequest.Read read, long now) {
        return read.level() == ReadLevel.FOLLOWER
                && (read.maxLagMillis() < 0 || lagMillis(now) <= read.maxLagMillis())
                // Nobody has more than the leader: a session that has seen more is answered by what is confirmed.
                && (core.role() != Role.LEADER || machine.get().shows(read.seen()));
    }

    /**
     * How old what is applied here may be. A leader has to prove that it is one; while the group rests its leader's node vouches
     * that there is nothing newer.
     */
    long lagMillis(long now) {
        long commit = core.commit();
        if (core.knowsCommit()) {
            long ago = core.ledNanosAgo(rest.followedAt(now), now);
            if (ago == 0 && machine.get().index() >= commit) {
                return 0;
            }
            said(commit, ago, now);
        }
        long vouchedAt = rest.vouchedAt();
        if (vouchedAt != Long.MIN_VALUE) {
            freshness.leaderSaid(commit, vouchedAt);
        }
        freshness.applied(machine.get().index());
        return freshness.lagMillis(now);
    }

    private void said(long newest, long age, long at) {
        if (age != Long.MAX_VALUE) {
            freshness.leaderSaid(newest, at - age);
        }
    }

    /** A message of the core, which may say how far the leader is; sent at a moment of this node's clock at the earliest. */
    void heard(RaftMessage message, long sentAt) {
        if (message instanceof RaftMessage.Heartbeat heartbeat && heartbeat.term() == core.term()) {
            said(heartbeat.newest(), heartbeat.age(), sentAt);
        }
    }

    /** A read of what is here, or of what its session has seen. */
    void followerRead(Call call, LedRequest.Read read, long now) {
        StateMachine present = machine.get();
        long seen = present.shows(read.seen()) ? 0 : rules.seenBySession(Lookups.seenBy(read));
        answerAt(call, read, Math.max(present.index(), seen), now);
    }

    /** A read at the leader: the others are asked, unless they were lately enough and that is enough. */
    void leaderRead(Call call, LedRequest.Read read, long now) {
        long leased = read.level() == ReadLevel.LEASE ? core.leasedIndex(now) : -1;
        if (leased < 0) {
            core.read(lookups.confirm(call, proposals.told()), now);
        } else {
            answerAt(call, read, Math.max(leased, proposals.told()), now);
        }
    }

    private void answerAt(Call call, LedRequest.Read read, long index, long now) {
        if (index <= machine.get().index()) {
            answer(call, read, now);
        } else {
            lookups.await(call, index);
        }
    }

    private void answer(Call call, LedRequest.Read read, long now) {
        StateMachine present = machine.get();
        KeyState state;
        try {
            state = present.read(read.key());
        } catch (CorruptRecordException | StorageException e) {
            call.refuse(ErrorCode.UNAVAILABLE, "the leader's record cannot be read: " + e.getMessage());
            return;
        }
        boolean leading = core.role() == Role.LEADER;
        long lag = read.level() == ReadLevel.FOLLOWER ? lagMillis(now) : 0;
        String level = read.level().name();
        call.answer(new KeyReply.LedRead(
                state.versions().isEmpty() ? null : state.versions().get(0),
                new KeyReply.Standing(leading, core.leader(), core.term(), present.position(), level, lag)));
    }

    /** The core has said that a read may see an index; the call if it failed and is to be tried in another way. */
    @Nullable
    Call confirmed(Ready.Read read) {
        return lookups.confirmed(read);
    }

    /** More is applied: those that waited for it are answered. */
    void applied(long now) {
        StateMachine present = machine.get();
        freshness.applied(present.index());
        lookups.applied(present.position()).forEach(call -> answer(call, (LedRequest.Read) call.request(), now));
    }

    /** Ends those whose time is over; those that are to be tried in another way, as less than {@code patience} is left. */
    List<Call> tick(long patience, long now) {
        return lookups.tick(now, patience);
    }

    void abandon() {
        lookups.abandon();
    }
}
