package io.quorate.node.protocol.group;

/** How many groups of a node may count their records at the same time, so that clients hardly notice. */
public interface CheckSlots {
    /** As many as want to. */
    CheckSlots UNBOUNDED = new CheckSlots() {
        @Override
        public boolean take() {
            return true;
        }

        @Override
        public void giveBack() {
            // Nobody waits.
        }
    };

    /** Takes a place; false if there is none now. */
    boolean take();

    /** Gives a place back that was taken. */
    void giveBack();
}
