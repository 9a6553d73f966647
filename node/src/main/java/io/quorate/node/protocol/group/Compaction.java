package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;

/** Has the log forget what is in the state on disk, whenever enough has come together. */
final class Compaction {
    private final RaftCore core;
    private final long logBytes;
    private final Group.Output output;
    private long bytes;

    Compaction(RaftCore core, long logBytes, Group.Output output) {
        this.core = core;
        this.logBytes = logBytes;
        this.output = output;
    }

    /** The store shows a turn of the state machine. */
    void stored(StateMachine.Turn turn) {
        bytes += turn.bytes();
        if (bytes <= logBytes / 2) {
            return;
        }
        bytes = 0;
        long index = core.compactableTo(turn.commit().header().index(), logBytes);
        if (index > core.base().index()) {
            core.compact(index);
            output.compacted(core.base(), core.hardState());
        }
    }
}
