package io.quorate.client.cli;

import io.quorate.client.QuorateClient;
import io.quorate.client.bucket.ReplicationMode;
import io.quorate.ring.consistency.ConsistencyLevel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Levels that people typed, of either mode. */
final class Levels {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,6})(ms|s)");

    private Levels() {}

    /** The level of a leaderless bucket; {@code others} are those of the other mode, which the caller has tried. */
    static ConsistencyLevel leaderless(String text, Enum<?>[] others) {
        return ConsistencyLevel.parse(text)
                .orElseThrow(() -> new BadInput("--level: '" + text + "' is none of "
                        + names(ConsistencyLevel.values()) + " (leaderless buckets) or " + names(others)
                        + " (leader buckets)"));
    }

    private static String names(Enum<?>[] levels) {
        return Arrays.stream(levels).map(Enum::name).collect(Collectors.joining(" "));
    }

    /** Which kind of bucket it is, where the options do not tell. */
    static boolean isLed(QuorateClient client, String bucket) {
        return client.buckets().get(bucket).definition().mode() == ReplicationMode.LEADER;
    }

    /** Refuses options that leader buckets alone have beside what leaderless ones alone have. */
    static void refuseBeside(String leaderless, List<String> leaderOnly) {
        if (!leaderOnly.isEmpty()) {
            throw new BadInput(String.join(", ", leaderOnly) + " belongs to leader buckets, and " + leaderless
                    + " to leaderless ones; give one of the two");
        }
    }

    /** The names of those options that were given. */
    static List<String> given(String... nameOrEmpty) {
        return Stream.of(nameOrEmpty).filter(name -> !name.isEmpty()).toList();
    }

    static Duration time(String option, String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw new BadInput(option + ": '" + text + "' is no time such as 250ms or 2s");
        }
        long amount = Long.parseLong(matcher.group(1));
        return matcher.group(2).equals("s") ? Duration.ofSeconds(amount) : Duration.ofMillis(amount);
    }
}
