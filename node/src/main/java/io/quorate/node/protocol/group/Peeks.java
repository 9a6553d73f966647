package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.raft.RaftCore;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.LedRequest;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.node.protocol.store.CorruptRecordException;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.node.protocol.store.StorageException;
import io.quorate.ring.topology.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Explanations of keys: every member is asked what it has, and nothing is changed. */
final class Peeks {
    private final Group.Around around;
    private final Group.Output output;
    private final Map<Long, Peek> peeks = new LinkedHashMap<>();

    /** One explanation that waits for answers. */
    private static final class Peek {
        private final Call call;
        private final @Nullable NodeId leader;
        private final long term;
        private final long began;
        private final Map<NodeId, KeyReply.Held> held = new LinkedHashMap<>();

        private Peek(Call call, @Nullable NodeId leader, long term, long now) {
            this.call = call;
            this.leader = leader;
            this.term = term;
            this.began = now;
        }
    }

    Peeks(Group.Around around, Group.Output output) {
        this.around = around;
        this.output = output;
    }

    boolean isIdle() {
        return peeks.isEmpty();
    }

    void begin(Call call, RaftCore core, long now) {
        long id = around.ids().getAsLong();
        peeks.put(id, new Peek(call, core.leader(), core.term(), now));
        RecordKey key = ((LedRequest.Explain) call.request()).key();
        for (NodeId home : around.homes()) {
            // This node too: the answer comes back as any other.
            output.send(home, new GroupMessage.Look(id, key));
        }
    }

    void onLook(NodeId from, GroupMessage.Look look, StateMachine machine) {
        VersionTag tag = null;
        boolean readable = true;
        try {
            tag = StateMachine.tagOf(machine.read(look.key()));
        } catch (CorruptRecordException | StorageException e) {
            readable = false;
        }
        output.send(from, new GroupMessage.Looked(look.id(), machine.index(), readable, tag));
    }

    void onLooked(NodeId from, GroupMessage.Looked looked, long now) {
        Peek peek = peeks.get(looked.id());
        if (peek == null) {
            return;
        }
        String result = !looked.readable() ? "error" : looked.tag() == null ? "absent" : "value";
        peek.held.put(from, new KeyReply.Held(from, result, looked.tag(), looked.applied(), (now - peek.began) / 1000));
        if (peek.held.keySet().containsAll(around.homes())) {
            peeks.remove(looked.id());
            end(peek, now);
        }
    }

    private void end(Peek peek, long now) {
        List<KeyReply.Held> all = new ArrayList<>();
        for (NodeId home : around.homes()) {
            KeyReply.Held held = peek.held.get(home);
            all.add(held == null ? new KeyReply.Held(home, "timeout", null, -1, (now - peek.began) / 1000) : held);
        }
        peek.call.answer(new KeyReply.LedExplained(peek.leader, peek.term, ImmutableList.copyOf(all)));
    }

    /** Those whose time is nearly over are answered with what is known. */
    void tick(long now) {
        peeks.values().removeIf(peek -> {
            boolean over = peek.call.deadline() - now < (peek.call.deadline() - peek.began) / 10;
            if (over) {
                end(peek, now);
            }
            return over;
        });
    }

    void abandon() {
        List<Peek> all = List.copyOf(peeks.values());
        peeks.clear();
        all.forEach(peek -> peek.call.timeOut("this node stopped; ask another"));
    }
}
