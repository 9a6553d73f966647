package io.quorate.bench.sim;

import io.quorate.node.protocol.request.KeyReply;
import io.quorate.ring.version.Version;
import java.util.stream.Collectors;

/** Answers as they read in a trace. */
final class Describe {
    private Describe() {}

    static String reply(KeyReply reply) {
        if (reply instanceof KeyReply.ReadDone done) {
            return done.state().versions().stream().map(Describe::version).collect(Collectors.joining(" ", "{", "}"))
                    + " " + done.state().context();
        }
        if (reply instanceof KeyReply.WriteDone done) {
            return "done " + done.context();
        }
        if (reply instanceof KeyReply.Refused refused) {
            return refused.code().text() + " " + refused.outcome();
        }
        return reply.getClass().getSimpleName();
    }

    private static String version(Version version) {
        return "#" + version.value().toUtf8() + "=" + version.dot();
    }
}
