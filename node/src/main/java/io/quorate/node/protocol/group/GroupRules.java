package io.quorate.node.protocol.group;

/**
 * The decisions around the core on which safety rests. One object, so that the simulator can put a broken rule in its place
 * and show that its checks notice.
 */
public class GroupRules {
    public static final GroupRules STANDARD = new GroupRules();

    /** Whether what became of a write is remembered under its idempotency key. */
    public boolean remembers() {
        return true;
    }

    /** What a session that shows this index has seen. */
    public long seenBySession(long index) {
        return index;
    }

    /** Whether a node's word that it did nothing ends a call that was sent to others too, who have not said so. */
    public boolean decides(int others) {
        return others == 0;
    }

    /** Whether what this node has to say of a write stands for other nodes too that were asked before. */
    public boolean recallsEarlierAsks() {
        return true;
    }

    /**
     * The entry that lets one in that has lost its disk, once it is committed.
     *
     * @param made after the loss was heard of
     * @param stored the last that the leader's state machine has
     */
    public long letInBy(long made, long stored) {
        return made;
    }

    /** Whether one that has lost its disk takes a state that holds all up to an index, if an entry lets it in. */
    public boolean takesToRejoin(long index, long letInBy) {
        return index >= letInBy;
    }

    /** Up to where a leader tells writes as on its own disk, of what is durable there and the last entry of its log. */
    public long onOwnDisk(long durable, long last) {
        return durable;
    }

    /** Whether a bucket's generation is deleted, if that one was the last deleted; 0 if none was. */
    public boolean isGone(int generation, int deleted) {
        return generation <= deleted;
    }

    /** Whether what is applied after a check stays in memory until the check has seen the state on disk. */
    public boolean holdsBackForCheck() {
        return true;
    }
}
