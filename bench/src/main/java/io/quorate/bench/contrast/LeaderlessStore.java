package io.quorate.bench.contrast;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Sibling;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The leaderless bucket. A client writes a key over the last that it was shown of it. */
final class LeaderlessStore implements Store {
    private static final Duration LAST = Duration.ofSeconds(10);

    private final Keys keys;
    private final NumberedValues values;
    private final Duration timeout;
    private final List<CausalKey> histories = new ArrayList<>();
    private final List<Map<Integer, Known>> known = new ArrayList<>();

    private record Known(Context context, BitSet seen) {}

    LeaderlessStore(Keys keys, int clients, NumberedValues values, Duration timeout) {
        this.keys = keys;
        this.values = values;
        this.timeout = timeout;
        for (int i = 0; i < keys.count(); i++) {
            histories.add(new CausalKey());
        }
        for (int i = 0; i < clients; i++) {
            known.add(new HashMap<>());
        }
    }

    private LeaderlessView view(QuorateClient node) {
        return node.bucket(Mode.LEADERLESS.bucket()).at(ConsistencyLevel.QUORUM).withTimeout(timeout);
    }

    private @Nullable Known known(int client, int key) {
        return known.get(client).get(key);
    }

    @Override
    public void write(QuorateClient node, int client, int key) {
        Known before = known(client, key);
        CausalKey history = histories.get(key);
        int number = history.begin(before == null ? new BitSet() : before.seen());
        Bytes name = Bytes.ofUtf8(keys.name(key));
        Value value = values.of(number);
        WriteResult result =
                before == null ? view(node).put(name, value) : view(node).put(name, value, before.context());
        known.get(client).put(key, new Known(result.context(), history.acknowledge(number)));
    }

    @Override
    public Seen read(QuorateClient node, int client, int key) {
        CausalKey history = histories.get(key);
        BitSet due = history.acknowledged();
        ReadResult result = view(node).get(keys.name(key));
        List<Integer> versions = versions(result);
        BitSet seen = history.seenWith(versions);
        Known before = known(client, key);
        // An answer from before one's own last write would only make one more sibling.
        if (before == null || CausalKey.missing(before.seen(), seen) == 0) {
            known.get(client).put(key, new Known(result.context(), seen));
        }
        return new Seen(versions.size(), CausalKey.missing(due, seen) > 0);
    }

    @Override
    public Last last(QuorateClient node, int key) {
        CausalKey history = histories.get(key);
        ReadResult result = node.bucket(Mode.LEADERLESS.bucket())
                .at(ConsistencyLevel.ALL)
                .homesOnly()
                .withTimeout(LAST)
                .get(keys.name(key));
        List<Integer> versions = versions(result);
        BitSet due = history.acknowledged();
        return new Last(versions.size(), due.cardinality(), CausalKey.missing(due, history.seenWith(versions)));
    }

    private static List<Integer> versions(ReadResult result) {
        return result.siblings().stream()
                .map(Sibling::value)
                .map(NumberedValues::number)
                .toList();
    }

    @Override
    public Check check() {
        return new Check("no order of all writes is promised", List.of());
    }
}
