package io.quorate.bench.check;

/** An operation and its place among those of its sort, in the order of their invocations. */
record Call(int index, Operation operation) {}
