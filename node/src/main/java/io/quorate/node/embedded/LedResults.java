package io.quorate.node.embedded;

import com.google.common.collect.ImmutableList;
import io.quorate.client.data.Context;
import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.data.Sibling;
import io.quorate.client.data.Value;
import io.quorate.client.error.BrokenExchangeException;
import io.quorate.client.error.Problem;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.spi.Expected;
import io.quorate.client.spi.ReadReply;
import io.quorate.client.spi.WriteReply;
import io.quorate.node.door.Door.Answer;
import io.quorate.node.protocol.request.Condition;
import io.quorate.node.protocol.request.KeyAddress;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyReply.LedRead;
import io.quorate.node.protocol.request.KeyReply.LedWritten;
import io.quorate.node.protocol.request.KeyReply.Standing;
import io.quorate.node.protocol.request.LedVersions;
import io.quorate.node.protocol.request.VersionTag;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.version.Version;
import io.quorate.ring.version.VersionVector;
import io.quorate.ring.wire.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a group says of a key, in the client's terms. Refusals are thrown. */
final class LedResults {
    private LedResults() {}

    static Condition condition(Expected expected) {
        if (expected instanceof Expected.Exactly exactly) {
            // One that this store cannot have given is no version's: it matches nothing.
            ImmutableList<VersionTag> tags = VersionTag.parse(exactly.version().text())
                    .map(ImmutableList::of)
                    .orElse(ImmutableList.of());
            return new Condition(Condition.Kind.MATCH, tags);
        }
        return expected instanceof Expected.Nothing
                ? new Condition(Condition.Kind.NONE_MATCH_ANY, ImmutableList.of())
                : Condition.NONE;
    }

    static LeaderRead read(Answer answer) {
        if (!(answer.reply() instanceof LedRead read)) {
            throw notLed(answer, Outcome.NOT_APPLIED);
        }
        LeaderInfo info = info(answer, read.standing());
        Version value = read.value();
        VersionTag tag = read.tag();
        return value == null || tag == null
                ? LeaderRead.missing(info)
                : LeaderRead.found(
                        new Value(value.value(), value.contentType()),
                        LeaderVersion.of(tag.toText()),
                        Instant.ofEpochMilli(value.writtenMillis()),
                        info);
    }

    static LeaderWrite written(Answer answer) {
        if (!(answer.reply() instanceof LedWritten written)) {
            throw notLed(answer, Outcome.MAYBE_APPLIED);
        }
        return new LeaderWrite(LeaderVersion.of(written.tag().toText()), info(answer, written.standing()));
    }

    private static RuntimeException notLed(Answer answer, Outcome outcome) {
        if (answer.reply() instanceof KeyReply.ReadDone || answer.reply() instanceof KeyReply.WriteDone) {
            String detail = "the answer breaks the contract: it is none of a leader bucket";
            return new BrokenExchangeException(Problem.of(Problem.BAD_ANSWER, 0, detail, outcome), null);
        }
        return KeyResults.refused(answer);
    }

    private static LeaderInfo info(Answer answer, Standing standing) {
        return new LeaderInfo(
                standing.level(),
                standing.leads() ? LeaderInfo.LEADER : "follower",
                Optional.ofNullable(standing.leader()).map(NodeId::value),
                standing.term(),
                standing.index(),
                standing.lagMillis() == Long.MAX_VALUE ? -1 : standing.lagMillis(),
                answer.seen().toText(),
                answer.epoch());
    }

    /** For a view of leaderless buckets that names no level: there is one sibling at most. */
    static ReadReply siblings(Answer answer, LedRead read, String bucket, Bytes key) {
        Version value = read.value();
        List<Sibling> siblings = value == null ? List.of() : List.of(KeyResults.sibling(value));
        String token = answer.token(value == null ? CausalContext.EMPTY : contextOf(value.dot()));
        return new ReadReply(siblings, Context.of(bucket, key, token), plain(answer, read.standing()));
    }

    /** The same of a write. */
    static WriteReply contextOf(Answer answer, LedWritten written, String bucket, Bytes key) {
        KeyAddress address = answer.address();
        Dot dot = LedVersions.dotOf(address == null ? 0 : address.partition(), written.tag());
        String token = answer.token(contextOf(dot));
        return new WriteReply(Context.of(bucket, key, token), plain(answer, written.standing()));
    }

    private static CausalContext contextOf(Dot dot) {
        return CausalContext.of(VersionVector.EMPTY, List.of(dot));
    }

    private static ResultInfo plain(Answer answer, Standing standing) {
        return new ResultInfo("leader", Optional.of(standing.level()), -1, -1, -1, -1, -1, -1, answer.epoch());
    }
}
