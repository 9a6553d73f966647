package io.quorate.bench.check;

/**
 * An operation of a search.
 *
 * @param index its place among those of its sort, in the order of their invocations
 * @param operation with what the whole history tells of it ({@link Hindsight})
 * @param asKnown as its client knew it
 */
record Call(int index, Operation operation, Operation asKnown) {}
