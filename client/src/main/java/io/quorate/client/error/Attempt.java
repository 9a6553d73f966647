package io.quorate.client.error;

import java.io.Serializable;

/**
 * One try to get a call done at one address.
 *
 * @param url the base URL (or another name of the node) that was tried
 * @param millis how long the try took, in milliseconds
 * @param cause how it ended, in words for a person
 */
public record Attempt(String url, long millis, String cause) implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
        return url + " (" + millis + " ms: " + cause + ")";
    }
}
