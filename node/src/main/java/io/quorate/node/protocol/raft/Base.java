package io.quorate.node.protocol.raft;

/**
 * What comes before the first entry of a log: a state of the state machine that stands for all entries up to an index.
 *
 * @param index the last entry that is in it; 0 for the beginning
 * @param term of that entry
 * @param configuration as it was at that entry
 */
public record Base(long index, long term, Configuration configuration) {}
