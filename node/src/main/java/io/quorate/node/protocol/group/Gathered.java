package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.raft.Ready;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Writes that wait to be proposed together: one message to each follower and one write of the disk for all of them. */
final class Gathered {
    private final long requestsMax;
    private final List<Call> calls = new ArrayList<>();

    Gathered(long requestsMax) {
        this.requestsMax = requestsMax;
    }

    void add(Call call) {
        calls.add(call);
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    int size() {
        return calls.size();
    }

    List<Call> takeAll() {
        List<Call> all = List.copyOf(calls);
        calls.clear();
        return all;
    }

    /** Refuses those whose time is over. */
    void tick(long now) {
        calls.removeIf(call -> {
            boolean over = call.isOver(now);
            if (over) {
                call.refuse(
                        ErrorCode.NO_LEADER,
                        "the deadline passed before the write could be proposed; nothing was done");
            }
            return over;
        });
    }

    /** Refuses all of them; nothing was done. */
    void refuse(String why) {
        takeAll().forEach(call -> call.refuse(ErrorCode.OVERLOADED, why + "; retry after a moment"));
    }

    /** Proposes all of them to a core that leads; false if none was taken. */
    boolean propose(
            RaftCore core, StateMachine machine, Group.Around around, Proposals proposals, long logMillis, long now) {
        List<Call> taken = takeAll();
        StorageException refusal = around.store().refusal();
        if (refusal != null) {
            ErrorCode code = refusal.diskFull() ? ErrorCode.DISK_FULL : ErrorCode.UNAVAILABLE;
            taken.forEach(call -> call.refuse(code, "the leader's disk takes no writes: " + refusal.getMessage()));
            return false;
        }
        long millis = around.wallMillis().getAsLong();
        RequestRoom room = new RequestRoom(requestsMax, machine, proposals, taken.size(), core.term(), logMillis);
        List<Call> all = new ArrayList<>(taken.size());
        List<Command> commands = new ArrayList<>(taken.size());
        List<Bytes> payloads = new ArrayList<>(taken.size());
        for (Call call : taken) {
            Command command = Command.of((LedRequest.Write) call.request(), millis, logMillis);
            if (room.takes(command)) {
                all.add(call);
                commands.add(command);
                payloads.add(command.encode());
            } else {
                call.refuse(ErrorCode.OVERLOADED, room.whyNot());
            }
        }
        if (all.isEmpty()) {
            return false;
        }
        Ready.Position first = core.propose(payloads, now);
        for (int i = 0; i < all.size(); i++) {
            Call call = all.get(i);
            if (first == null) {
                call.refuse(
                        ErrorCode.OVERLOADED,
                        "the key's group has too much that is not committed; retry after a moment");
            } else {
                proposals.add(call, commands.get(i), first.index() + i, first.term(), machine);
            }
        }
        return first != null;
    }
}
