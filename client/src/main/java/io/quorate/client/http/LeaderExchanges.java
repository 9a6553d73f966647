package io.quorate.client.http;

import io.quorate.client.data.LeaderInfo;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.Sibling;
import io.quorate.client.data.Value;
import io.quorate.client.http.route.Aim;
import io.quorate.client.http.route.Nodes.Target;
import io.quorate.client.led.LeaderVersion;
import io.quorate.client.spi.Expected;
import io.quorate.client.spi.LeaderReadCall;
import io.quorate.client.spi.LeaderWriteCall;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.wire.HttpNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Calls on leader buckets as requests, and their answers. What breaks the contract is told as an illegal argument. */
final class LeaderExchanges {
    private LeaderExchanges() {}

    static Exchange of(LeaderReadCall call) {
        List<String> query = new ArrayList<>(3);
        call.level().ifPresent(level -> query.add("level=" + level));
        call.maxLag().ifPresent(lag -> query.add("max-lag=" + lag.toMillis() + "ms"));
        return Exchange.onGroup("GET", new Target(call.bucket(), call.key(), aim(call)), query, call.timeout())
                .withHeader("Accept", HttpNames.SIBLINGS_JSON)
                .withSession(call.seen());
    }

    private static Aim aim(LeaderReadCall call) {
        boolean anyMember = call.level().filter(ReadLevel.FOLLOWER::equals).isPresent();
        if (!anyMember) {
            return new Aim.Leader();
        }
        return new Aim.Member(call.maxLag().map(Duration::toMillis).orElse(Long.MAX_VALUE));
    }

    static Exchange of(LeaderWriteCall call) {
        List<String> query = new ArrayList<>(2);
        call.level().ifPresent(level -> query.add("level=" + level));
        String method = call.value().isPresent() ? "PUT" : "DELETE";
        Exchange write = Exchange.onGroup(
                method, new Target(call.bucket(), call.key(), new Aim.Leader()), query, call.timeout());
        if (call.value().isPresent()) {
            Value value = call.value().get();
            write = write.withBody(value.data(), value.contentType());
        }
        if (call.expected() instanceof Expected.Nothing) {
            write = write.withHeader("If-None-Match", "*");
        } else if (call.expected() instanceof Expected.Exactly exactly) {
            write = write.withHeader("If-Match", exactly.version().text());
        }
        return write.withIdempotencyKey(call.idempotencyKey());
    }

    static LeaderRead read(Answer answer) {
        LeaderInfo info = ResultHeader.led(answer);
        List<Sibling> found = SiblingsJson.read(answer.body()).siblings();
        if (found.isEmpty()) {
            return LeaderRead.missing(info);
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException("a leader bucket has shown " + found.size() + " versions of a key");
        }
        Sibling one = found.get(0);
        return LeaderRead.found(new Value(one.value(), one.contentType()), version(answer), one.written(), info);
    }

    static LeaderWrite written(Answer answer) {
        return new LeaderWrite(version(answer), ResultHeader.led(answer));
    }

    private static LeaderVersion version(Answer answer) {
        return LeaderVersion.of(answer.header("ETag").orElse(""));
    }
}
