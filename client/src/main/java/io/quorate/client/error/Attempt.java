package io.quorate.client.error;

import io.quorate.ring.wire.Outcome;
import java.io.Serializable;
import java.util.Locale;

/**
 * One request of a call, at one node.
 *
 * @param url the base URL (or another name of the node) that was tried
 * @param millis how long the try took, in milliseconds
 * @param cause how it ended, in words for a person
 * @param outcome whether this request may have written; always {@link Outcome#NOT_APPLIED} for a read
 */
public record Attempt(String url, long millis, String cause, Outcome outcome) implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
        String wrote = outcome == Outcome.NOT_APPLIED
                ? ""
                : "; " + outcome.text().replace('-', ' ').toLowerCase(Locale.ROOT);
        return url + " (" + millis + " ms: " + cause + wrote + ")";
    }
}
