package io.quorate.node.protocol.group;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.store.GroupCommit;
import io.quorate.node.protocol.store.GroupStore;
import io.quorate.node.protocol.store.ReplicaSetId;
import io.quorate.ring.topology.NodeId;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** States on their way to members that the log does not lead to any more: one piece at a time to each. */
final class StateSending {
    private final ReplicaSetId set;
    private final GroupStore store;
    private final GroupSettings settings;
    private final LongSupplier ids;
    private final BiConsumer<NodeId, GroupMessage> send;
    /** Told the member to whom a state is sent no more, whether it has arrived or not. */
    private final Consumer<NodeId> ended;

    private final Map<NodeId, Sending> sendings = new TreeMap<>();

    private static final class Sending {
        private final long transfer;
        private final GroupStore.Image image;
        private int number;
        private boolean last;
        private long heardAt;

        private Sending(long transfer, GroupStore.Image image, long now) {
            this.transfer = transfer;
            this.image = image;
            this.heardAt = now;
        }
    }

    StateSending(
            ReplicaSetId set,
            GroupStore store,
            GroupSettings settings,
            LongSupplier ids,
            BiConsumer<NodeId, GroupMessage> send,
            Consumer<NodeId> ended) {
        this.set = set;
        this.store = store;
        this.settings = settings;
        this.ids = ids;
        this.send = send;
        this.ended = ended;
    }

    boolean isIdle() {
        return sendings.isEmpty();
    }

    /** Offers the state as the store has it now, unless one is on its way there already. */
    void begin(NodeId to, long term, long now) {
        if (sendings.containsKey(to)) {
            return;
        }
        GroupStore.Image image = store.image(set);
        Sending sending = new Sending(ids.getAsLong(), image, now);
        sendings.put(to, sending);
        send.accept(to, new GroupMessage.OfferState(sending.transfer, term, image.header()));
    }

    void onWanted(NodeId from, GroupMessage.StateWanted answer, long now) {
        Sending sending = sendings.get(from);
        if (sending == null || sending.transfer != answer.transfer()) {
            return;
        }
        if (!answer.wanted()) {
            end(from);
        } else if (sending.number == 0) {
            next(from, sending, now);
        }
    }

    void onTaken(NodeId from, GroupMessage.StateTaken answer, long now) {
        Sending sending = sendings.get(from);
        if (sending == null || sending.transfer != answer.transfer() || sending.number != answer.number()) {
            return;
        }
        if (sending.last) {
            end(from);
        } else {
            next(from, sending, now);
        }
    }

    private void next(NodeId to, Sending sending, long now) {
        ImmutableList<GroupCommit.Row> rows = sending.image.next(settings.partBytes());
        sending.number++;
        sending.heardAt = now;
        sending.last = rows.isEmpty();
        send.accept(to, new GroupMessage.StatePart(sending.transfer, sending.number, rows, sending.last));
    }

    void tick(long now) {
        ImmutableList.copyOf(sendings.entrySet()).forEach(entry -> {
            if (now - entry.getValue().heardAt >= settings.transferNanos()) {
                end(entry.getKey());
            }
        });
    }

    /** Ends what is on its way to a member, if anything is. */
    void end(NodeId to) {
        Sending sending = sendings.remove(to);
        if (sending != null) {
            sending.image.close();
            ended.accept(to);
        }
    }

    /** Ends all of them, without a word. */
    void close() {
        sendings.values().forEach(sending -> sending.image.close());
        sendings.clear();
    }
}
