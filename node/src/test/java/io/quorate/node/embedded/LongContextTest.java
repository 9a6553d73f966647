package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.data.Context;
import io.quorate.client.error.RequestRefusedException;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.FreePorts;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.wire.Outcome;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A writer that goes on from its own answers and never reads has seen its own versions and none of those written between
 * them, so its context grows with every write.
 */
class LongContextTest {
    private static final int MORE_THAN_FIT = 1000;

    @TempDir
    private Path data;

    @Test
    void contextWithoutRoomIsRefusedBeforeTheWriteAndAReadMakesItShort() {
        int port = FreePorts.sequence(2);
        try (EmbeddedNode node = EmbeddedNode.start(NodeConfig.single(data, port, port + 1));
                QuorateClient inside = node.client();
                QuorateClient outside = QuorateClients.http(URI.create(node.url()))) {
            inside.buckets().create("carts", BucketDefinition.leaderless());
            LeaderlessView carts = view(inside);
            Context context = carts.put("k", "0").context();
            RequestRefusedException refused = null;
            for (int i = 1; i < MORE_THAN_FIT && refused == null; i++) {
                // Another writer in between, so that the versions of the first are not next to each other.
                carts.delete("k");
                try {
                    context = carts.put("k", "mine " + i, context).context();
                } catch (RequestRefusedException e) {
                    refused = e;
                }
            }
            assertRefused(refused);
            Context last = context;
            assertRefused(catchThrowableOfType(
                    RequestRefusedException.class, () -> view(outside).put("k", "again", last)));

            Context fresh = view(outside).get("k").context();
            assertThat(fresh.token()).hasSizeLessThan(200);
            view(outside).put("k", "resolved", fresh);
            assertThat(carts.get("k").siblings()).hasSize(1);
        }
    }

    private static void assertRefused(@Nullable RequestRefusedException error) {
        RequestRefusedException refused = Objects.requireNonNull(error, "the context should have become too long");
        assertThat(refused).hasMessageContaining("Read the key and write with the context of that read");
        assertThat(refused.code()).isEqualTo("bad-context");
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    }

    private static LeaderlessView view(QuorateClient client) {
        return client.bucket("carts").at(ConsistencyLevel.ONE).withTimeout(Duration.ofSeconds(10));
    }
}
