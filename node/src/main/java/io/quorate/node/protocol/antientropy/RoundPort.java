package io.quorate.node.protocol.antientropy;

import io.quorate.node.protocol.message.ExchangeMessage;
import io.quorate.node.protocol.store.RecordKey;
import io.quorate.ring.version.KeyState;

/** What a round wants done. */
public interface RoundPort {
    void ask(ExchangeMessage.Question question);

    /** Sends what this home has of a key; {@link Round#pushed} is to be called when it is durable there, or will not be. */
    void push(RecordKey key, KeyState state);

    /** Runs a step, with the time, once a commit is durable; with a failure if it will not be. */
    void whenDurable(long commit, Durable step);

    /** This home cannot prove what it lacks in a leaf: it is to be fetched anew. */
    void heal(int leaf);

    /** Clocks are equal, and the data is not. */
    void alarm();
}
