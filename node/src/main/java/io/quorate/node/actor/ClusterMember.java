package io.quorate.node.actor;

import com.google.common.collect.ImmutableList;
import io.quorate.node.protocol.liveness.Islands;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.Join;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part in Pekko Cluster, in an actor system of its own, so that it can be ended and started anew while the node
 * serves. It does what {@link Islands} decides, about once a second, on the one thread of its timer.
 */
public final class ClusterMember implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterMember.class);
    private static final long LOOK_MILLIS = 500;
    private static final long JOIN_AGAIN_NANOS = 3_000_000_000L;
    private static final long END_NANOS = 3_000_000_000L;
    private static final Set<MemberStatus> JOINED = Set.of(MemberStatus.up(), MemberStatus.weaklyUp());

    private final String name;
    private final Member self;
    private final Membership membership;
    private final Function<NodeId, @Nullable String> hosts;
    private final Supplier<Map<NodeId, Long>> peers;
    private final LongSupplier nanoClock;
    private final ScheduledExecutorService timer;
    private final Islands islands;
    private @Nullable ActorSystem<Void> system;
    /** Where the running system is; it stays while that runs. */
    private String ownHost = "";

    private boolean warned;
    private volatile boolean leaving;
    private long joinedAt = Long.MIN_VALUE;
    private volatile long island;
    private volatile ImmutableList<NodeId> members = ImmutableList.of();

    /**
     * Takes part from {@link #start} on.
     *
     * @param hosts where a node is reached, this one too; null as long as that is not known. It then takes no part
     * @param peers the islands of the peers that are up, 0 for none
     * @param timer of one thread, for this alone; ended by {@link #leave}
     */
    public ClusterMember(
            String cluster,
            Member self,
            Membership membership,
            Function<NodeId, @Nullable String> hosts,
            Supplier<Map<NodeId, Long>> peers,
            LongSupplier nanoClock,
            ScheduledExecutorService timer) {
        this.name = Systems.nameOf(cluster);
        this.self = self;
        this.membership = membership;
        this.hosts = hosts;
        this.peers = peers;
        this.nanoClock = nanoClock;
        this.timer = timer;
        this.islands = new Islands(self.id(), Islands.Settings.DEFAULT);
    }

    public void start() {
        var unused = timer.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Which island this node belongs to; 0 for none. Safe from any thread. */
    public long island() {
        return island;
    }

    /** The nodes of its island, itself included. Safe from any thread. */
    public ImmutableList<NodeId> members() {
        return members;
    }

    private void look() {
        if (leaving) {
            return;
        }
        try {
            ActorSystem<Void> running = system;
            if (running != null && running.whenTerminated().isCompleted()) {
                // Another node took it for a former self.
                end(running);
                running = null;
            }
            if (running == null) {
                String host = hosts.apply(self.id());
                if (host == null) {
                    return;
                }
                requireFree(host, self.port());
                running = Systems.remote(name, self.id(), host, self.port());
                ownHost = host;
                system = running;
                joinedAt = Long.MIN_VALUE;
            }
            Cluster cluster = Cluster.get(running);
            observe(cluster);
            downFormerSelves(cluster);
            act(running, cluster);
            warned = false;
        } catch (RuntimeException e) {
            // The node serves without it; a taken port, for one, may be free again the next time.
            if (!warned && !leaving) {
                LOG.warn(
                        "{}: cannot take part in the cluster of actor systems, will try again: {}",
                        self.id(),
                        message(e));
            }
            warned = true;
            end();
        }
    }

    /** An actor system that fails to start leaves threads behind, so what mostly stands in its way is looked at first. */
    private static void requireFree(String host, int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "its address " + host + ":" + port + " cannot be had: " + e.getMessage(), e);
        }
    }

    private static String message(Throwable e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private void observe(Cluster cluster) {
        ClusterEvent.CurrentClusterState state = cluster.state();
        boolean joined = JOINED.contains(cluster.selfMember().status());
        org.apache.pekko.cluster.Member oldest = null;
        Set<NodeId> seen = new TreeSet<>();
        for (org.apache.pekko.cluster.Member member : state.getMembers()) {
            if (!JOINED.contains(member.status())) {
                continue;
            }
            NodeId id = idOf(member);
            if (id != null) {
                seen.add(id);
            }
            if (member.status().equals(MemberStatus.up()) && (oldest == null || member.isOlderThan(oldest))) {
                oldest = member;
            }
        }
        island = joined && oldest != null ? number(oldest) : 0;
        members = joined ? ImmutableList.copyOf(seen) : ImmutableList.of();
    }

    /** Not 0, and the same for all that agree on who is the oldest. */
    private static long number(org.apache.pekko.cluster.Member oldest) {
        return oldest.uniqueAddress().longUid() | 1;
    }

    private @Nullable NodeId idOf(org.apache.pekko.cluster.Member member) {
        return membership.ids().stream()
                .filter(id -> member.hasRole(Systems.ROLE + id))
                .findFirst()
                .orElse(null);
    }

    /**
     * A node that has come back at another address leaves its former self unreachable for ever, and nobody can join or leave
     * until all agree. At the same address the joining one replaces the former by itself.
     */
    private void downFormerSelves(Cluster cluster) {
        Set<NodeId> up = peers.get().keySet();
        for (org.apache.pekko.cluster.Member member : cluster.state().getUnreachable()) {
            NodeId id = idOf(member);
            Address now = id == null || !up.contains(id) ? null : address(membership.get(id));
            if (now != null && !now.equals(member.address()) && !member.status().equals(MemberStatus.down())) {
                LOG.info("{}: {} is at {} now; {} is gone", self.id(), id, now, member.address());
                cluster.manager().tell(new Down(member.address()));
            }
        }
    }

    private @Nullable Address address(Member member) {
        String host = member.id().equals(self.id()) ? ownHost : hosts.apply(member.id());
        return host == null ? null : new Address("pekko", name, host, member.port());
    }

    private void act(ActorSystem<Void> running, Cluster cluster) {
        long now = nanoClock.getAsLong();
        Islands.Step step = islands.next(now, island, peers.get());
        switch (step.act()) {
            case WAIT -> {}
            case FORM, JOIN -> {
                Address address = address(membership.get(step.peer()));
                if (address != null && (joinedAt == Long.MIN_VALUE || now - joinedAt > JOIN_AGAIN_NANOS)) {
                    joinedAt = now;
                    cluster.manager().tell(Join.create(address));
                }
            }
            case START_ANEW -> {
                LOG.info(
                        "{}: the cluster of actor systems fell into parts; leaves its own, {}, for the larger one",
                        self.id(),
                        members);
                end(running);
            }
        }
    }

    private void end() {
        ActorSystem<Void> running = system;
        if (running != null) {
            end(running);
        }
        island = 0;
        members = ImmutableList.of();
    }

    private void end(ActorSystem<Void> running) {
        system = null;
        island = 0;
        members = ImmutableList.of();
        running.terminate();
        try {
            scala.concurrent.Await.ready(
                    running.whenTerminated(), scala.concurrent.duration.Duration.fromNanos(END_NANOS));
        } catch (java.util.concurrent.TimeoutException e) {
            LOG.warn("{}: the actor system of the cluster did not end in time", self.id());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins to end its part, without telling the others: they see from the node's silence that it is gone. */
    public void leave() {
        leaving = true;
        if (!timer.isShutdown()) {
            timer.execute(this::end);
            timer.shutdown();
        }
    }

    /** Returns when its part has ended and its address is free, or after a few seconds at most. */
    @Override
    public void close() {
        leave();
        try {
            if (!timer.awaitTermination(END_NANOS, TimeUnit.NANOSECONDS)) {
                LOG.warn("{}: the cluster of actor systems was not left in time", self.id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
