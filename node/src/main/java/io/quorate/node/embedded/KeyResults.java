package io.quorate.node.embedded;

import io.quorate.client.data.Context;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.data.Sibling;
import io.quorate.client.spi.ReadReply;
import io.quorate.client.spi.WriteReply;
import io.quorate.node.door.Door.Answer;
import io.quorate.node.door.RefusedException;
import io.quorate.node.json.ExplainJson;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply.Explained;
import io.quorate.node.protocol.request.KeyReply.LedExplained;
import io.quorate.node.protocol.request.KeyReply.LedRead;
import io.quorate.node.protocol.request.KeyReply.LedWritten;
import io.quorate.node.protocol.request.KeyReply.Reached;
import io.quorate.node.protocol.request.KeyReply.ReadDone;
import io.quorate.node.protocol.request.KeyReply.Refused;
import io.quorate.node.protocol.request.KeyReply.WriteDone;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.version.Version;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the data plane says of a key, in the client's terms. Refusals are thrown. */
final class KeyResults {
    private KeyResults() {}

    static ReadReply read(Answer answer, String bucket, Bytes key) {
        if (answer.reply() instanceof LedRead led) {
            return LedResults.siblings(answer, led, bucket, key);
        }
        if (!(answer.reply() instanceof ReadDone done)) {
            throw refused(answer);
        }
        List<Sibling> siblings =
                done.state().shown().stream().map(KeyResults::sibling).toList();
        Context context = Context.of(bucket, key, answer.token(done.state().context()));
        return new ReadReply(siblings, context, info(answer, done.reached()));
    }

    static Sibling sibling(Version version) {
        return new Sibling(
                version.dot().toText(),
                version.contentType(),
                Instant.ofEpochMilli(version.writtenMillis()),
                version.value());
    }

    static WriteReply written(Answer answer, String bucket, Bytes key) {
        if (answer.reply() instanceof LedWritten led) {
            return LedResults.contextOf(answer, led, bucket, key);
        }
        if (!(answer.reply() instanceof WriteDone done)) {
            throw refused(answer);
        }
        Context context = Context.of(bucket, key, answer.token(done.context()));
        return new WriteReply(context, info(answer, done.reached()));
    }

    static String explained(Answer answer, RingState ring) {
        KeyAddress address = answer.address();
        if (answer.reply() instanceof LedExplained led && address != null) {
            return ExplainJson.write(ring, address, led).toString();
        }
        if (!(answer.reply() instanceof Explained explained) || address == null) {
            throw refused(answer);
        }
        return ExplainJson.write(ring, address, explained).toString();
    }

    static RuntimeException refused(Answer answer) {
        return answer.reply() instanceof Refused refused
                ? new RefusedException(refused, answer.refusedToken(), answer.refusedSession())
                : new IllegalStateException("no rendering of " + answer.reply().getClass());
    }

    private static ResultInfo info(Answer answer, Reached reached) {
        return new ResultInfo(
                "leaderless",
                Optional.of(answer.level()),
                reached.need(),
                reached.acked(),
                reached.homes(),
                0,
                reached.repaired(),
                reached.siblings(),
                answer.epoch());
    }
}
