package io.quorate.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.client.error.QuorateException;
import io.quorate.client.error.UnavailableException;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.Ports;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.wire.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What in-process clients see of the end of their node. */
class StoppedNodeTest {
    @TempDir
    private Path data;

    private EmbeddedNode start() {
        int port = Ports.free(3);
        return EmbeddedNode.start(NodeConfig.single(data, port, port + 1));
    }

    @Test
    void callsAfterTheStopFailAsNotApplied() {
        EmbeddedNode node = start();
        QuorateClient client = node.client();
        client.buckets().create("carts", BucketDefinition.leaderless());
        LeaderlessView carts = client.bucket("carts").at(ConsistencyLevel.ONE);
        carts.put("k", "v");
        node.close();

        UnavailableException error = catchThrowableOfType(UnavailableException.class, () -> carts.put("k", "w"));
        assertThat(error.code()).isEqualTo("unavailable");
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThatThrownBy(() -> carts.get("k")).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(client::ring).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> client.explain("carts", "k")).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> client.buckets().list()).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> client.buckets().delete("carts")).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> client.buckets().create("more", BucketDefinition.leaderless()))
                .isInstanceOf(UnavailableException.class);
    }

    @Test
    void callsInFlightAtAKillEndAndWhatWasAcknowledgedIsKept() throws Exception {
        EmbeddedNode node = start();
        QuorateClient client = node.client();
        client.buckets().create("carts", BucketDefinition.leaderless());
        LeaderlessView carts = client.bucket("carts").at(ConsistencyLevel.ONE).withTimeout(Duration.ofSeconds(2));
        List<CompletableFuture<WriteResult>> writes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            writes.add(
                    carts.async().put(Bytes.ofUtf8("k" + i), Value.ofText("v")).toCompletableFuture());
        }
        writes.get(0).get(10, TimeUnit.SECONDS);
        node.kill();
        List<Integer> acknowledged = new ArrayList<>();
        for (int i = 0; i < writes.size(); i++) {
            try {
                writes.get(i).get(10, TimeUnit.SECONDS);
                acknowledged.add(i);
            } catch (ExecutionException e) {
                assertThat(e)
                        .cause()
                        .isInstanceOfSatisfying(
                                QuorateException.class,
                                error -> assertThat(error.code())
                                        .isIn("unavailable", "level-not-reached", "timeout", "overloaded"));
            }
        }

        try (EmbeddedNode again = start();
                QuorateClient next = again.client()) {
            for (int i : acknowledged) {
                assertThat(next.bucket("carts").atDefaults().get("k" + i).siblings())
                        .hasSize(1);
            }
        }
    }
}
