package io.quorate.node.protocol.shard;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.protocol.hint.HintBook;
import io.quorate.ring.topology.NodeId;

/**
 * What a node keeps for others.
 *
 * @param head above every hint there is or has been
 * @param oldest all hints before this have been delivered
 */
public record HintReport(ImmutableMap<NodeId, HintBook.Report> targets, long head, long oldest) {}
