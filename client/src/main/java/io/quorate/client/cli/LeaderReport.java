package io.quorate.client.cli;

import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.led.LeaderVersion;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What put and delete share for leader buckets: what must hold, the session, and the report of what came out. */
final class LeaderReport {
    @Option(
            names = "--if-match",
            paramLabel = "VERSION",
            description = "Leader buckets: only if the key still has this version, which an earlier answer named.")
    private @Nullable String version;

    @Mixin
    private SessionOption session = new SessionOption();

    /** The version that the key has to have, if that was said; the quotes may have been left to the shell. */
    Optional<LeaderVersion> expected() {
        String text = version;
        if (text == null) {
            return Optional.empty();
        }
        String quoted = text.startsWith("\"") ? text : "\"" + text + "\"";
        if (quoted.equals("\"*\"") || !LeaderVersion.isOne(quoted)) {
            throw new BadInput("--if-match: '" + text + "' is no version such as 3.412, which get and put show");
        }
        return Optional.of(LeaderVersion.of(quoted));
    }

    List<String> given() {
        return Levels.given(version == null ? "" : "--if-match", session.isGiven() ? "--session" : "");
    }

    SessionOption session() {
        return session;
    }

    int print(LeaderWrite result, String done, Printer printer) {
        LeaderInfo info = result.info();
        if (printer.isJson()) {
            printer.json(ResultTrees.of(result, session.after(info)));
        } else {
            printer.note(done + " at " + info.level() + where(info));
            printer.note("version: " + result.version().text());
            printer.note("session: " + session.after(info));
        }
        return ExitCode.DONE;
    }

    /** Who answered, and as of when. */
    static String where(LeaderInfo info) {
        String leader = info.leader().map(node -> ", leader " + node).orElse("");
        return info.fromLeader()
                ? leader
                : leader + ", answered by a follower "
                        + (info.lagMillis() < 0
                                ? "that does not know how far it is behind"
                                : info.lagMillis() + " ms behind");
    }
}
