package io.quorate.node.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.quorate.node.fixture.Ports;
import io.quorate.node.transport.Rig;
import io.quorate.node.transport.Transport.Lane;
import io.quorate.node.transport.tcp.TcpRig.TcpNode;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Members without a host are found, by addresses or by a name, wherever they are and whenever they come. */
final class DiscoveryTest {
    private static final NodeId N1 = NodeId.of("n1");
    private static final NodeId N2 = NodeId.of("n2");
    private static final NodeId N3 = NodeId.of("n3");

    private final TcpRig rig = new TcpRig();
    private final int port = Ports.free(1);
    private final Map<String, List<InetAddress>> dns = new ConcurrentHashMap<>();
    private final Map<NodeId, TcpNode> running = new ConcurrentHashMap<>();
    private final List<TcpNode> all = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();

    DiscoveryTest() {
        rig.settings = TcpRig.QUICK;
        rig.names = host -> {
            List<InetAddress> found = dns.get(host);
            if (found == null) {
                throw new UnknownHostException(host);
            }
            return found;
        };
    }

    @AfterEach
    void stop() {
        all.forEach(TcpNode::close);
    }

    private Membership members(NodeId... ids) {
        List<Member> members = new ArrayList<>();
        for (NodeId id : ids) {
            members.add(new Member(id, "dc1", "z-" + id, 1, "http://127.0.0.1:1", "", port + 1, port));
        }
        return new Membership(members);
    }

    private void seeds(int... hosts) {
        ImmutableList.Builder<HostAndPort> places = ImmutableList.builder();
        for (int host : hosts) {
            places.add(HostAndPort.fromParts("127.0.0." + host, port));
        }
        rig.discovery = new Discovery("cluster.seeds", places.build(), 50, 16);
    }

    private void dns() {
        rig.discovery =
                new Discovery("cluster.dns", ImmutableList.of(HostAndPort.fromParts("nodes.test", port)), 50, 16);
    }

    private void nameStandsFor(int... hosts) {
        List<InetAddress> addresses = new ArrayList<>();
        for (int host : hosts) {
            addresses.add(InetAddresses.forString("127.0.0." + host));
        }
        dns.put("nodes.test", addresses);
    }

    /** Starts a member at 127.0.0.{@code host}. */
    private TcpNode start(NodeId id, int host) {
        return start(id, host, members(N1, N2, N3));
    }

    private TcpNode start(NodeId id, int host, Membership members) {
        rig.bindHost = "127.0.0." + host;
        TcpNode node = rig.start(id, members);
        running.put(id, node);
        all.add(node);
        return node;
    }

    private TcpNode node(NodeId id) {
        return Objects.requireNonNull(running.get(id));
    }

    private void stop(NodeId id) {
        TcpNode node = node(id);
        running.remove(id);
        node.close();
        all.remove(node);
    }

    private boolean reaches(TcpNode from, NodeId to, Lane lane) {
        long number = numbers.incrementAndGet();
        from.transport().send(to, lane, Rig.frame(number));
        TcpNode receiver = node(to);
        return Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> {
                            // What waited when no connection came about was dropped.
                            from.transport().send(to, lane, Rig.frame(number));
                            return receiver.numbers(lane).contains(number);
                        },
                        arrived -> arrived);
    }

    private void assertAllTalk() {
        running.forEach((id, node) -> {
            for (NodeId peer : running.keySet()) {
                if (!peer.equals(id)) {
                    assertThat(reaches(node, peer, Lane.CONTROL))
                            .as(id + " to " + peer)
                            .isTrue();
                    assertThat(reaches(node, peer, Lane.DATA))
                            .as(id + " to " + peer)
                            .isTrue();
                }
            }
        });
    }

    private void awaitRefusal(TcpNode node, String... parts) {
        Awaitility.await("a line with " + List.of(parts))
                .atMost(Duration.ofSeconds(10))
                .until(() -> node.told.refused.stream()
                        .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
    }

    @Test
    void oneSeedIsEnoughAlthoughItStartsLast() {
        seeds(3);
        start(N1, 1).transport().send(N2, Lane.CONTROL, Rig.frame(0));
        start(N2, 2).transport().send(N1, Lane.CONTROL, Rig.frame(0));
        start(N3, 3);

        assertAllTalk();

        assertThat(node(N1).told.found).containsExactlyInAnyOrder("n2@127.0.0.2:" + port, "n3@127.0.0.3:" + port);
        running.values().forEach(node -> assertThat(node.told.refused).isEmpty());
    }

    @Test
    void nodeThatStartsAnewWhileTheSeedIsAwayIsFoundByThoseWhoRemain() {
        seeds(1, 2);
        start(N1, 1);
        start(N2, 2);
        start(N3, 3);
        assertAllTalk();

        stop(N1);
        stop(N3);
        start(N3, 4);
        assertAllTalk();
        start(N1, 1);
        assertAllTalk();
    }

    @Test
    void nodeThatMovesIsFoundAgainByItsName() {
        dns();
        nameStandsFor(1, 2, 3);
        start(N1, 1);
        start(N3, 3);
        // It knows nobody itself, so that only the others can find it.
        Names known = rig.names;
        rig.names = host -> {
            throw new UnknownHostException(host);
        };
        start(N2, 2);
        assertAllTalk();

        stop(N2);
        start(N2, 7);
        nameStandsFor(1, 7, 3);
        assertAllTalk();

        rig.names = known;
        assertThat(node(N1).told.found).contains("n2@127.0.0.2:" + port, "n2@127.0.0.7:" + port);
    }

    @Test
    void nodesThatExchangeTheirAddressesAreFoundAgainAndNobodyCallsThatAMistake() {
        dns();
        nameStandsFor(1, 2, 3);
        start(N1, 1);
        start(N2, 2);
        start(N3, 3);
        assertAllTalk();

        stop(N2);
        stop(N3);
        start(N2, 3);
        start(N3, 2);
        assertAllTalk();

        running.values().forEach(node -> assertThat(node.told.refused).isEmpty());
    }

    @Test
    void lookUpThatHangsHoldsNothingUp() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            rig.lookUps = threads;
            rig.names = host -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new UnknownHostException(host);
            };
            rig.discovery = new Discovery(
                    "cluster.seeds",
                    ImmutableList.of(
                            HostAndPort.fromParts("hangs.test", port),
                            HostAndPort.fromParts("127.0.0.1", port),
                            HostAndPort.fromParts("127.0.0.2", port)),
                    50,
                    16);
            start(N1, 1);
            start(N2, 2);
            assertAllTalk();
            node(N1).transport().send(N3, Lane.CONTROL, Rig.frame(1));
            Awaitility.await("the reason")
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> node(N1).told.lost.stream()
                            .anyMatch(
                                    line -> line.contains("its address is not known; of those that cluster.seeds names:"
                                            + " hangs.test:" + port + " is being looked up")));
        } finally {
            end.countDown();
            threads.shutdown();
        }
    }

    @Test
    void nodeOfAnotherRingIsRefusedWithBothValuesAndTheOthersGoOn() {
        seeds(1, 2, 3);
        start(N1, 1);
        start(N2, 2);
        rig.partitions = 32;
        TcpNode other = start(N3, 3);

        awaitRefusal(other, "n3", "placement.partitions", "32", "64", "give both the same");
        awaitRefusal(node(N1), "n3", "placement.partitions", "32", "64");
        stop(N3);
        assertAllTalk();
    }

    @Test
    void anotherNumberOfReplicasIsRefusedWithBothValues() {
        seeds(1, 2);
        TcpNode one = start(N1, 1);
        rig.replicas = 5;
        TcpNode two = start(N2, 2);

        awaitRefusal(one, "placement.replicas", "5", "2");
        awaitRefusal(two, "placement.replicas", "5", "2");
        assertThat(one.came()).isEmpty();
    }

    @Test
    void anotherClusterIsRefusedWithBothNames() {
        seeds(1, 2);
        TcpNode one = start(N1, 1);
        rig.cluster = "elsewhere";
        TcpNode two = start(N2, 2);

        awaitRefusal(one, "'contract'", "'elsewhere'");
        awaitRefusal(two, "'contract'", "'elsewhere'");
    }

    @Test
    void unknownMemberIsRefusedNamingItAndTheKnownOnes() {
        seeds(1, 2);
        TcpNode one = start(N1, 1);
        NodeId n9 = NodeId.of("n9");
        TcpNode nine = start(n9, 2, members(N1, n9));

        awaitRefusal(nine, "n9 is no member", "[n1, n2, n3]", "same members");
        awaitRefusal(one, "n9");
        assertThat(one.told.strangers).contains(n9);
    }

    @Test
    void nodesOfOneIdTellEachOther() {
        seeds(1, 2);
        TcpNode one = start(N1, 1);
        TcpNode namesake = start(N1, 2);

        awaitRefusal(one, "calls itself n1", "an id of its own");
        awaitRefusal(namesake, "calls itself n1", "an id of its own");
    }

    @Test
    void ofTwoNodesOfOneIdTheOthersKeepTheFirst() {
        seeds(1, 2, 3);
        start(N1, 1);
        TcpNode first = start(N2, 2);
        assertAllTalk();
        TcpNode second = start(N2, 3);
        running.put(N2, first);

        Awaitility.await("the second to be refused")
                .atMost(Duration.ofSeconds(10))
                .until(() -> {
                    first.transport().send(N1, Lane.CONTROL, Rig.frame(1));
                    second.transport().send(N1, Lane.CONTROL, Rig.frame(2));
                    return node(N1).told.refused.stream()
                            .anyMatch(line -> line.contains("two nodes call themselves n2")
                                    && line.contains("127.0.0.2:" + port)
                                    && line.contains("127.0.0.3:" + port));
                });
        assertAllTalk();
    }
}
