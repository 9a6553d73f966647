package io.quorate.client.error;

import java.io.Serializable;

/**
 * How one replica took part in a failed call.
 *
 * @param node the replica's node id
 * @param result one of the contract's words: {@code acked}, {@code timeout}, {@code unreachable}, {@code hinted},
 *     {@code overloaded}, {@code error}
 */
public record ReplicaAnswer(String node, String result) implements Serializable {
    private static final long serialVersionUID = 1L;
}
