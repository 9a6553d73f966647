package io.quorate.node.embedded;

import static org.awaitility.Awaitility.await;

import io.quorate.client.LeaderView;
import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.data.ReadResult;
import io.quorate.client.spi.StoreTransport;
import io.quorate.node.demo.DemoCluster;
import io.quorate.node.fixture.Leads;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.topology.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A client of node n1 of a healthy cluster of three, whatever its way to the node; another for each test. */
abstract class Connected {
    static final Set<NodeId> OTHERS = Set.of(NodeId.of("n2"), NodeId.of("n3"));
    static final Duration PATIENT = Duration.ofSeconds(10);

    final String key = UUID.randomUUID().toString();
    final DemoCluster cluster;
    final Leads leads;
    private final Supplier<StoreTransport> ways;
    StoreTransport transport;
    QuorateClient client;
    LeaderlessView carts;
    LeaderView accounts;

    /** Each of {@code ways} is a fresh one to the node. */
    Connected(DemoCluster cluster, Supplier<StoreTransport> ways) {
        this.cluster = cluster;
        this.leads = new Leads(cluster);
        this.ways = ways;
    }

    @BeforeEach
    void connect() {
        transport = ways.get();
        client = QuorateClients.over(transport, Duration.ofSeconds(10));
        carts = client.bucket("carts").at(ConsistencyLevel.QUORUM).withTimeout(PATIENT);
        accounts = accountsOf(client);
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    static LeaderView accountsOf(QuorateClient of) {
        return of.bucket("accounts")
                .at(ReadLevel.LINEARIZABLE, WriteLevel.SEMI_SYNC)
                .withTimeout(PATIENT);
    }

    static List<String> texts(ReadResult read) {
        return read.siblings().stream().map(one -> one.value().toUtf8()).toList();
    }

    /** Ends what the test did to the network. */
    void heal() {
        cluster.board().clear();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> cluster.node("n1").peersUp().equals(OTHERS));
    }
}
