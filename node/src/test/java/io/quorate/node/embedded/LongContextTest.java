package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.data.Context;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.Ports;
import io.quorate.ring.consistency.ConsistencyLevel;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A writer that goes on from its own answers and never reads has seen its own versions and none of those written between
 * them: without care its context would grow with every write.
 */
class LongContextTest {
    private static final int MORE_THAN_FIT = 1000;

    @TempDir
    private Path data;

    @Test
    void contextOfAWriterThatNeverReadsStaysShortAndReplacesItsOwnVersions() {
        int port = Ports.free(3);
        try (EmbeddedNode node = EmbeddedNode.start(NodeConfig.single(data, port, port + 1));
                QuorateClient inside = node.client();
                QuorateClient outside = QuorateClients.http(URI.create(node.url()))) {
            inside.buckets().create("carts", BucketDefinition.leaderless());
            LeaderlessView carts = view(inside);
            Context context = carts.put("k", "0").context();
            for (int i = 1; i < MORE_THAN_FIT; i++) {
                // Another writer in between, so that the versions of the first are not next to each other.
                carts.delete("k");
                context = carts.put("k", "mine " + i, context).context();
                assertThat(context.token()).hasSizeLessThan(1000);
            }
            assertThat(carts.get("k").siblings()).hasSize(1);

            view(outside).put("k", "resolved", view(outside).get("k").context());
            assertThat(carts.get("k").siblings()).hasSize(1);
        }
    }

    private static LeaderlessView view(QuorateClient client) {
        return client.bucket("carts").at(ConsistencyLevel.ONE).withTimeout(Duration.ofSeconds(10));
    }
}
