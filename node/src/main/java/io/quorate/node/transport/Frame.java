package io.quorate.node.transport;

import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;

/** One envelope from one node to another: everything that a turn had to say to it. */
public record Frame(NodeId from, Bytes data) implements Received {}
