package io.quorate.node.protocol.group;

import io.quorate.node.protocol.raft.RaftCore;

/** Has the log forget what is in the state on disk, whenever enough has come together, or other groups need the room. */
final class Compaction {
    private final RaftCore core;
    private final long logBytes;
    private final LogBudget.Part room;
    private final Group.Output output;
    private long bytes;
    private long stored;

    Compaction(RaftCore core, long logBytes, LogBudget.Part room, Group.Output output) {
        this.core = core;
        this.logBytes = logBytes;
        this.room = room;
        this.output = output;
        room.holds(core.logBytes());
    }

    /** The store shows a turn of the state machine. */
    void stored(StateMachine.Turn turn) {
        bytes += turn.bytes();
        stored = turn.commit().header().index();
        if (bytes > keep() / 2) {
            compact();
        }
    }

    /** Looks how long the log is, and whether it may be as long as that still. */
    void look() {
        room.holds(core.logBytes());
        if (keep() < logBytes && core.logBytes() > keep() + keep() / 2) {
            compact();
        }
    }

    private long keep() {
        return room.keep(logBytes);
    }

    private void compact() {
        bytes = 0;
        long index = core.compactableTo(stored, keep());
        if (index > core.base().index()) {
            core.compact(index);
            output.compacted(core.base(), core.hardState());
            room.holds(core.logBytes());
        }
    }

    /** Whether the node has room for more entries. */
    boolean hasRoom() {
        return !room.isSpent();
    }

    /** The group has ended. */
    void end() {
        room.leave();
    }
}
