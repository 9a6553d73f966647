package io.quorate.node.protocol.store;

import io.quorate.ring.version.ActorId;

/** An actor of a replica set under which nobody writes any more, as this node has promised (rule E9). */
public record RetiredActor(ReplicaSetId set, ActorId actor) {}
