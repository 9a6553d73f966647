package io.quorate.node.actor;

import io.quorate.node.protocol.group.NodeLiveness;
import io.quorate.ring.topology.NodeId;
import java.util.function.BooleanSupplier;

/**
 * What is known of other nodes, by one group that hears of it on a way of its own: while the end of a rest waits there, nothing
 * that vouches for the rest counts.
 */
final class InOrder implements NodeLiveness {
    private final NodeLiveness shared;
    /** Whether no end of a rest waits: asked after what was read, which may be younger than what waits. */
    private final BooleanSupplier heardAll;

    InOrder(NodeLiveness shared, BooleanSupplier heardAll) {
        this.shared = shared;
        this.heardAll = heardAll;
    }

    @Override
    public long epoch() {
        return shared.epoch();
    }

    @Override
    public boolean vouches(NodeId node, long epoch) {
        return shared.vouches(node, epoch) && heardAll.getAsBoolean();
    }

    @Override
    public boolean isHeardBy(NodeId node) {
        return shared.isHeardBy(node);
    }

    @Override
    public long heardFrom(NodeId node) {
        long heard = shared.heardFrom(node);
        return heardAll.getAsBoolean() ? heard : Long.MIN_VALUE;
    }

    @Override
    public long vouchedAt(NodeId node) {
        long vouched = shared.vouchedAt(node);
        return heardAll.getAsBoolean() ? vouched : Long.MIN_VALUE;
    }

    @Override
    public long heardAt(NodeId node) {
        return shared.heardAt(node);
    }
}
