package io.quorate.node.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.node.EmbeddedNode;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.Ports;
import io.quorate.ring.consistency.ConsistencyLevel;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the README, run. */
class ShoppingCartsTest {
    private final int httpPort = Ports.free(3);

    @TempDir
    private Path data;

    @Test
    void embeddedNodeServesProgramsInsideAndOutside() {
        NodeConfig config = NodeConfig.single(data, httpPort, httpPort + 1);

        try (EmbeddedNode node = EmbeddedNode.start(config);
                QuorateClient inside = node.client();
                QuorateClient outside = QuorateClients.http(URI.create(node.url()))) {
            inside.buckets().create("carts", BucketDefinition.leaderless());

            new ShoppingCarts(outside).add("ada", "milk");
            new ShoppingCarts(inside).add("ada", "bread");

            assertThat(new ShoppingCarts(outside).read("ada").items()).containsExactly("bread", "milk");
        }
    }

    @Test
    void cartsWrittenWithoutKnowingOfEachOtherAreMerged() {
        try (EmbeddedNode node = EmbeddedNode.start(NodeConfig.single(data, httpPort, httpPort + 1));
                QuorateClient client = QuorateClients.http(URI.create(node.url()))) {
            client.buckets().create("carts", BucketDefinition.leaderless());
            ShoppingCarts carts = new ShoppingCarts(client);
            carts.add("ada", "milk");
            ShoppingCarts.Cart before = carts.read("ada");

            var view = client.bucket("carts").at(ConsistencyLevel.QUORUM);
            view.put("ada", "milk\nbread", before.seen());
            view.put("ada", "milk\ntea", before.seen());
            assertThat(view.get("ada").siblings()).hasSize(2);

            carts.add("ada", "salt");
            assertThat(view.get("ada").siblings()).hasSize(1);
            assertThat(carts.read("ada").items()).containsExactly("bread", "milk", "salt", "tea");

            carts.checkOut("ada", before);
            assertThat(carts.read("ada").items()).isNotEmpty();
            carts.checkOut("ada", carts.read("ada"));
            assertThat(carts.read("ada").items()).isEmpty();
        }
    }

    @Test
    void dataOutlivesTheNode() {
        NodeConfig config = NodeConfig.single(data, httpPort, httpPort + 1);
        try (EmbeddedNode node = EmbeddedNode.start(config);
                QuorateClient client = node.client()) {
            client.buckets().create("carts", BucketDefinition.leaderless());
            new ShoppingCarts(client).add("ada", "milk");
        }
        try (EmbeddedNode node = EmbeddedNode.start(config);
                QuorateClient client = node.client()) {
            assertThat(new ShoppingCarts(client).read("ada").items()).containsExactly("milk");
        }
    }
}
