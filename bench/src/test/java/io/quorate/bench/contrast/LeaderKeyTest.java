package io.quorate.bench.contrast;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.bench.check.Operation;
import io.quorate.bench.check.Tag;
import io.quorate.bench.check.Verdict;
import io.quorate.client.led.LeaderVersion;
import org.junit.jupiter.api.Test;

class LeaderKeyTest {
    private final LeaderKey key = new LeaderKey();

    private void write(Tag tag, long from, long to) {
        key.add(Operation.write(0, key.next(), from).done(tag, to));
    }

    @Test
    void aReadIsStaleIfALaterWriteWasAcknowledged() {
        write(new Tag(1, 5), 0, 1);
        write(new Tag(2, 4), 2, 3);

        assertThat(key.latest()).isEqualTo(new Tag(2, 4));
        assertThat(LeaderKey.isOlder(new Tag(1, 5), key.latest())).isTrue();
        assertThat(LeaderKey.isOlder(null, key.latest())).isTrue();
        assertThat(LeaderKey.isOlder(new Tag(2, 4), key.latest())).isFalse();
        assertThat(LeaderKey.isOlder(null, null)).isFalse();
        assertThat(key.after(new Tag(1, 5))).isEqualTo(1);
        assertThat(key.after(null)).isEqualTo(2);
        assertThat(key.acknowledged()).isEqualTo(2);
    }

    @Test
    void aReadThatGoesBackHasNoOrder() {
        write(new Tag(1, 1), 0, 1);
        write(new Tag(1, 2), 2, 3);
        assertThat(key.check()).isInstanceOf(Verdict.Ok.class);

        key.add(Operation.read(1, 4).shown(0L, new Tag(1, 1), 5));

        assertThat(key.check()).isInstanceOf(Verdict.Broken.class);
    }

    @Test
    void anEntityTagIsTermAndIndex() {
        assertThat(LeaderStore.tag(LeaderVersion.of("\"12.345\""))).isEqualTo(new Tag(12, 345));
    }
}
