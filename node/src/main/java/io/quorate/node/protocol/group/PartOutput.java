package io.quorate.node.protocol.group;

import io.quorate.ring.topology.NodeId;

/** What a node's part in a group has its shell do, whether it is a member or comes back to be one. */
public interface PartOutput {
    void send(NodeId to, GroupMessage message);

    /** Does a step of taking a state in; {@code ended} is to be called like any other input. */
    void install(InstallStep step, InstallStep.Ended ended);

    /** Something that an operator may want to know. */
    void note(String what, boolean alarming);

    void happened(GroupEvent event);
}
