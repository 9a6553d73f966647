package io.quorate.node.transport;

/** What an actor that takes frames is sent: frames, and whatever else it is told. */
public interface Received {}
