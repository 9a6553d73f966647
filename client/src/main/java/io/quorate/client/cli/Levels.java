package io.quorate.client.cli;

import io.quorate.ring.consistency.ConsistencyLevel;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Reads levels that people typed. */
final class Levels {
    private Levels() {}

    static ConsistencyLevel parse(String text) {
        return ConsistencyLevel.parse(text)
                .orElseThrow(() -> new BadInput("--level: '" + text + "' is none of "
                        + Arrays.stream(ConsistencyLevel.values())
                                .map(Enum::name)
                                .collect(Collectors.joining(" "))));
    }
}
