package io.quorate.bench.sim.group;

import io.quorate.node.protocol.group.GroupRules;

/** The rules of a group with one of them broken. */
final class BrokenGroup extends GroupRules {
    private final GroupBug bug;

    BrokenGroup(GroupBug bug) {
        this.bug = bug;
    }

    @Override
    public boolean remembers() {
        return bug != GroupBug.REQUESTS_FORGOTTEN;
    }

    @Override
    public long seenBySession(long index) {
        return bug == GroupBug.SESSION_NOT_KEPT ? 0 : index;
    }

    @Override
    public boolean holdsBackForCheck() {
        return bug != GroupBug.CHECK_OF_A_LATER_STATE;
    }

    @Override
    public long letInBy(long made, long stored) {
        return bug == GroupBug.LET_IN_WITHOUT_PROOF ? Math.max(1, stored) : made;
    }

    @Override
    public boolean decides(int others) {
        return bug == GroupBug.ONE_OF_MANY_BELIEVED || others == 0;
    }

    @Override
    public long onOwnDisk(long durable, long last) {
        return bug == GroupBug.ASYNC_BEFORE_DISK ? last : durable;
    }

    @Override
    public boolean isGone(int generation, int deleted) {
        return generation <= deleted + (bug == GroupBug.NEXT_BUCKET_PURGED && deleted > 0 ? 1 : 0);
    }

    @Override
    public boolean recallsEarlierAsks() {
        return bug != GroupBug.EARLIER_ASK_FORGOTTEN;
    }
}
