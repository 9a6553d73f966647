package io.quorate.node.config;

import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.transport.tcp.Discovery;
import io.quorate.node.transport.tcp.TcpSettings;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a node is told before it starts. Check it with {@link #validate()}; the node does so too.
 *
 * @param cluster the cluster's name; nodes of another name are strangers
 * @param partitions Q, fixed at the cluster's birth
 * @param replicas N, fixed at the cluster's birth
 * @param buckets defined at the first start if they do not exist
 * @param faults whether the HTTP API takes fault injection
 * @param links how frames get to the other nodes
 * @param tuning what fits most machines as it is
 */
public record NodeConfig(
        String cluster,
        NodeId node,
        List<Member> members,
        int partitions,
        int replicas,
        Path data,
        SyncMode sync,
        Http http,
        Limits limits,
        List<BucketDefinition> buckets,
        boolean faults,
        Links links,
        Tuning tuning) {

    /** The longest cluster name, in bytes of UTF-8. */
    private static final int CLUSTER_BYTES_MAX = 256;

    /** Where HTTP listens. */
    public record Http(String host, int port) {}

    /**
     * What the node takes on before it refuses.
     *
     * @param maxValueBytes the largest value of one write
     * @param requestsInFlight requests of clients being served
     * @param bytesInFlight bytes of their bodies
     * @param connections open HTTP connections
     */
    public record Limits(int maxValueBytes, int requestsInFlight, long bytesInFlight, int connections) {
        public static final Limits DEFAULT = new Limits(1 << 20, 2048, 64L << 20, 4096);
    }

    /** What carries frames between nodes. */
    public enum Carrier {
        /** Connections of their own, to each member's {@link Member#peerPort}. */
        TCP,
        /** The remoting of the actor system, to each member's {@link Member#port}. */
        ARTERY
    }

    /**
     * How frames get to the other nodes.
     *
     * @param carrier the same on all nodes
     * @param bindHost where to listen for other nodes' frames; null for the host that the members know, or all if none
     * @param discovery where to look for members without a host; only with {@link Carrier#TCP}
     */
    public record Links(Carrier carrier, @Nullable String bindHost, TcpSettings tcp, Discovery discovery) {
        public static final Links DEFAULT = new Links(Carrier.TCP, null, TcpSettings.DEFAULT);

        /** With the host of every member configured. */
        public Links(Carrier carrier, @Nullable String bindHost, TcpSettings tcp) {
            this(carrier, bindHost, tcp, Discovery.NONE);
        }
    }

    /** A node with {@link Tuning#DEFAULT}. */
    public NodeConfig(
            String cluster,
            NodeId node,
            List<Member> members,
            int partitions,
            int replicas,
            Path data,
            SyncMode sync,
            Http http,
            Limits limits,
            List<BucketDefinition> buckets,
            boolean faults,
            Links links) {
        this(
                cluster,
                node,
                members,
                partitions,
                replicas,
                data,
                sync,
                http,
                limits,
                buckets,
                faults,
                links,
                Tuning.DEFAULT);
    }

    /** A node with {@link Links#DEFAULT}. */
    public NodeConfig(
            String cluster,
            NodeId node,
            List<Member> members,
            int partitions,
            int replicas,
            Path data,
            SyncMode sync,
            Http http,
            Limits limits,
            List<BucketDefinition> buckets,
            boolean faults) {
        this(cluster, node, members, partitions, replicas, data, sync, http, limits, buckets, faults, Links.DEFAULT);
    }

    /** The same with other tuning. */
    public NodeConfig withTuning(Tuning other) {
        return new NodeConfig(
                cluster, node, members, partitions, replicas, data, sync, http, limits, buckets, faults, links, other);
    }

    public NodeConfig {
        members = List.copyOf(members);
        buckets = List.copyOf(buckets);
    }

    /**
     * A cluster of one node on this machine, without buckets, for trying things out and for tests.
     *
     * @param httpPort where it serves HTTP, on 127.0.0.1
     * @param port where it would talk to other nodes; it takes the next port too
     */
    public static NodeConfig single(Path data, int httpPort, int port) {
        NodeId id = NodeId.of("n1");
        Member self = new Member(id, "dc1", "z1", 1, "http://127.0.0.1:" + httpPort, "127.0.0.1", port, port + 1);
        return new NodeConfig(
                "single",
                id,
                List.of(self),
                64,
                1,
                data,
                SyncMode.GROUP,
                new Http("127.0.0.1", httpPort),
                Limits.DEFAULT,
                List.of(),
                false);
    }

    /** A setting that cannot be; the message names key, value and rule. */
    public static final class InvalidException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        public InvalidException(String message) {
            super(message);
        }
    }

    public Membership membership() {
        return new Membership(members);
    }

    public Member self() {
        return membership().get(node);
    }

    /**
     * Checks every rule.
     *
     * @throws InvalidException naming the first setting that breaks one
     */
    public void validate() {
        if (partitions < 1 || partitions > 65_536 || Integer.bitCount(partitions) != 1) {
            throw new InvalidException(
                    "placement.partitions = " + partitions + ": must be a power of two from 1 to 65536");
        }
        if (replicas < 1 || replicas > 16) {
            throw new InvalidException("placement.replicas = " + replicas + ": must be from 1 to 16");
        }
        if (members.size() < replicas) {
            throw new InvalidException("placement.replicas = " + replicas + ": the cluster has only " + members.size()
                    + " nodes, and a cluster needs at least as many nodes as replicas");
        }
        List<NodeId> ids = new ArrayList<>();
        for (Member member : members) {
            if (ids.contains(member.id())) {
                throw new InvalidException("members: node " + member.id() + " is listed twice");
            }
            ids.add(member.id());
            port("port of " + member.id(), member.port());
            port("peer port of " + member.id(), member.peerPort());
            if (member.port() == member.peerPort()) {
                throw new InvalidException("members: port and peer port of " + member.id() + " are both "
                        + member.port() + ", but each needs one of its own");
            }
        }
        hosts();
        if (!ids.contains(node)) {
            throw new InvalidException("node.id = " + node + ": is not among the members " + ids);
        }
        port("http.port", http.port());
        int nameBytes = cluster.getBytes(StandardCharsets.UTF_8).length;
        if (nameBytes < 1 || nameBytes > CLUSTER_BYTES_MAX) {
            throw new InvalidException(
                    "cluster = '" + cluster + "': must be from 1 to " + CLUSTER_BYTES_MAX + " bytes long");
        }
        if (links.tcp().dataQueueBytes() < limits.maxValueBytes() + (1 << 20)) {
            throw new InvalidException("links.tcp.data-queue = " + links.tcp().dataQueueBytes()
                    + ": must be at least 1 MiB more than http.max-value = " + limits.maxValueBytes());
        }
        if (limits.maxValueBytes() < 1 || limits.maxValueBytes() > 16 << 20) {
            throw new InvalidException(
                    "http.max-value = " + limits.maxValueBytes() + ": must be from 1 byte to 16 MiB");
        }
        if (limits.requestsInFlight() < 1) {
            throw new InvalidException(
                    "limits.requests-in-flight = " + limits.requestsInFlight() + ": must be at least 1");
        }
        if (limits.bytesInFlight() < limits.maxValueBytes()) {
            throw new InvalidException("limits.bytes-in-flight = " + limits.bytesInFlight()
                    + ": must admit at least one value of http.max-value = " + limits.maxValueBytes());
        }
        if (limits.connections() < 1 || limits.connections() > 1_000_000) {
            throw new InvalidException("limits.connections = " + limits.connections() + ": must be from 1 to 1000000");
        }
        for (BucketDefinition bucket : buckets) {
            if (bucket.n() < 1 || bucket.n() > replicas) {
                throw new InvalidException("buckets." + bucket.name() + ".n = " + bucket.n()
                        + ": must be from 1 to placement.replicas = " + replicas);
            }
        }
    }

    private void hosts() {
        List<NodeId> without = members.stream()
                .filter(member -> member.host().isEmpty())
                .map(Member::id)
                .toList();
        Discovery discovery = links.discovery();
        if (!without.isEmpty() && !discovery.looks()) {
            throw new InvalidException(
                    "members: " + without + " have no host; give each one, or say by cluster.seeds or"
                            + " cluster.dns where to look for them");
        }
        if (!without.isEmpty() && links.carrier() != Carrier.TCP) {
            throw new InvalidException("members: " + without + " have no host, which only the carrier TCP can find");
        }
        if (without.isEmpty() && discovery.looks()) {
            throw new InvalidException(discovery.setting() + " = " + discovery.places()
                    + ": every member has a host, so nobody would be looked for; leave out the hosts, or this setting");
        }
    }

    private static void port(String what, int port) {
        if (port < 1 || port > 65_535) {
            throw new InvalidException(what + " = " + port + ": must be from 1 to 65535");
        }
    }
}
