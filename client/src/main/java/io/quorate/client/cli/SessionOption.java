package io.quorate.client.cli;

import io.quorate.client.LeaderView;
import io.quorate.client.data.LeaderInfo;
import io.quorate.client.led.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the user's session has seen of leader buckets. */
final class SessionOption {
    @Option(
            names = "--session",
            paramLabel = "TOKEN",
            description =
                    "Leader buckets: what was seen so far, from an earlier answer; any replica then shows all of it.")
    private @Nullable String token;

    private @Nullable Session session;

    boolean isGiven() {
        return token != null;
    }

    LeaderView of(LeaderView view) {
        String given = token;
        if (given == null) {
            return view;
        }
        Session begun;
        try {
            begun = Session.of(given);
        } catch (IllegalArgumentException e) {
            throw new BadInput("--session: " + e.getMessage());
        }
        session = begun;
        return view.withSession(begun);
    }

    /** All that was seen with an answer. */
    String after(LeaderInfo info) {
        Session begun = session;
        return begun == null ? info.session() : begun.token();
    }
}
