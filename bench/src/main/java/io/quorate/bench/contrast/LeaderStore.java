package io.quorate.bench.contrast;

import io.quorate.bench.check.Operation;
import io.quorate.bench.check.Tag;
import io.quorate.bench.check.Verdict;
import io.quorate.client.LeaderView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.error.QuorateException;
import io.quorate.client.led.LeaderVersion;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The leader bucket. */
final class LeaderStore implements Store {
    private static final Duration LAST = Duration.ofSeconds(10);
    private static final int LAST_READER = -1;

    private final Keys keys;
    private final NumberedValues values;
    private final Duration timeout;
    private final List<LeaderKey> histories = new ArrayList<>();

    LeaderStore(Keys keys, NumberedValues values, Duration timeout) {
        this.keys = keys;
        this.values = values;
        this.timeout = timeout;
        for (int i = 0; i < keys.count(); i++) {
            histories.add(new LeaderKey());
        }
    }

    private static LeaderView view(QuorateClient node, Duration timeout) {
        return node.bucket(Mode.LEADER.bucket())
                .at(ReadLevel.LINEARIZABLE, WriteLevel.SEMI_SYNC)
                .withTimeout(timeout);
    }

    @Override
    public void write(QuorateClient node, int client, int key) {
        LeaderKey history = histories.get(key);
        int number = history.next();
        Operation write = Operation.write(client, number, System.nanoTime());
        try {
            LeaderWrite result = view(node, timeout).put(Bytes.ofUtf8(keys.name(key)), values.of(number));
            history.add(write.done(tag(result.version()), System.nanoTime()));
        } catch (QuorateException e) {
            history.add(e.outcome() == Outcome.NOT_APPLIED ? write.notApplied(System.nanoTime()) : write);
            throw e;
        }
    }

    @Override
    public Seen read(QuorateClient node, int client, int key) {
        LeaderKey history = histories.get(key);
        Tag due = history.latest();
        Tag shown = shown(history, client, keys.name(key), view(node, timeout));
        return new Seen(shown == null ? 0 : 1, LeaderKey.isOlder(shown, due));
    }

    private static @Nullable Tag shown(LeaderKey history, int client, String name, LeaderView view) {
        Operation read = Operation.read(client, System.nanoTime());
        LeaderRead result = view.get(name);
        Tag tag = result.version().map(LeaderStore::tag).orElse(null);
        Long number = result.value()
                .map(value -> (long) NumberedValues.number(value.data()))
                .orElse(null);
        history.add(read.shown(number, tag, System.nanoTime()));
        return tag;
    }

    /** An ETag is the term and the index of the entry, in quotes. */
    static Tag tag(LeaderVersion version) {
        String text = version.text();
        int dot = text.indexOf('.');
        return new Tag(
                Long.parseLong(text.substring(1, dot)), Long.parseLong(text.substring(dot + 1, text.length() - 1)));
    }

    @Override
    public Last last(QuorateClient node, int key) {
        LeaderKey history = histories.get(key);
        Tag tag = shown(history, LAST_READER, keys.name(key), view(node, LAST));
        return new Last(tag == null ? 0 : 1, history.acknowledged(), history.after(tag));
    }

    @Override
    public Check check() {
        List<String> wrong = new ArrayList<>();
        long operations = 0;
        for (int key = 0; key < histories.size(); key++) {
            operations += histories.get(key).operations();
            Verdict verdict = histories.get(key).check();
            if (!(verdict instanceof Verdict.Ok)) {
                wrong.add(keys.name(key) + ": " + verdict);
            }
        }
        return new Check(
                "linearizable: " + (histories.size() - wrong.size()) + " of " + histories.size() + " keys, "
                        + operations + " operations",
                wrong);
    }
}
