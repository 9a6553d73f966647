package io.quorate.node.door;

import com.google.common.collect.ImmutableMap;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.fixture.ManualStore;
import io.quorate.node.fixture.TestKeys;
import io.quorate.node.fixture.TinyCluster;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.protocol.liveness.Liveness.PeerInfo;
import io.quorate.node.protocol.liveness.Losses;
import io.quorate.node.protocol.message.PeerMessage;
import io.quorate.node.protocol.request.KeyReply;
import io.quorate.node.protocol.request.KeyRequest;
import io.quorate.node.protocol.request.KeyRequest.RequestId;
import io.quorate.node.protocol.shard.Shard;
import io.quorate.node.protocol.shard.ShardSettings;
import io.quorate.node.protocol.shard.Surroundings;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.epoch.RingState;
import io.quorate.ring.epoch.StaticRing;
import io.quorate.ring.placement.BalancedPlanner;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.Membership;
import io.quorate.ring.topology.NodeId;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.VersionRules;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Three shards behind their admission, in virtual time, on nodes that can do one thing at a time and need a given time for
 * each: so that what an overload does to them does not depend on the machine that the test runs on. Input waits in one
 * queue, and requests are taken up in turns of two milliseconds, as the actor does it.
 */
final class SlowCluster implements AutoCloseable {
    static final long MICRO = 1_000L;
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000_000_000L;
    static final long TIMEOUT = SECOND;

    private static final long SUBMIT_COST = 400 * MICRO;
    private static final long LATE_COST = 20 * MICRO;
    private static final long MESSAGE_COST = 200 * MICRO;
    private static final long COMPLETION_COST = 50 * MICRO;
    private static final long NETWORK = 200 * MICRO;
    private static final long FSYNC = 2 * MILLI;
    private static final long TURN = 2 * MILLI;

    private final Map<NodeId, Node> nodes = new LinkedHashMap<>();
    private final PriorityQueue<Event> agenda =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private final Random random = new Random(1);
    private final RingState ring;
    private long order;
    private long now = SECOND;
    private int number;

    private record Event(long at, long order, Runnable action) {}

    /** What became of the requests sent since the last look. */
    static final class Tally {
        int sent;
        int good;
        int refused;
        int failed;
        int late;
        final List<Long> took = new ArrayList<>();

        long took(double quantile) {
            took.sort(null);
            return took.get((int) ((took.size() - 1) * quantile));
        }
    }

    private record Submit(KeyRequest request, long at, Admission.Ticket ticket, Consumer<KeyReply> reply) {}

    /** Something for the shard to do, and how long it takes. */
    private record Input(long cost, Runnable work) {}

    private final class Node {
        private final NodeId id;
        private final NodeMetrics metrics;
        private final Admission admission;
        private final ManualStore store = new ManualStore();
        private final Deque<Input> mailbox = new ArrayDeque<>();
        private final Deque<Submit> submits = new ArrayDeque<>();
        private final Shard shard;
        private boolean woken;
        private boolean works;
        private boolean paused;
        private long workedAt;

        private Node(NodeId id) {
            this.id = id;
            this.metrics = new NodeMetrics(id.value());
            this.admission = new Admission(NodeConfig.Limits.DEFAULT, QueueLimit.Settings.DEFAULT, metrics);
            store.listen(done -> in(FSYNC, () -> add(COMPLETION_COST, () -> shard().onCompletion(done, now))));
            this.shard = new Shard(
                    new Surroundings(
                            id,
                            store,
                            VersionRules.STANDARD,
                            true,
                            Losses.NONE,
                            random::nextLong,
                            () -> now / MILLI,
                            new Output(this)),
                    ring,
                    ShardSettings.DEFAULT,
                    now);
        }

        private Shard shard() {
            return shard;
        }

        private void add(long cost, Runnable work) {
            mailbox.add(new Input(cost, work));
            work();
        }

        private void work() {
            Input next = works || paused ? null : mailbox.poll();
            if (next == null) {
                return;
            }
            works = true;
            in(next.cost(), () -> {
                workedAt = now;
                next.work().run();
                // What the work itself has found to take time goes on from here.
                in(workedAt - now, () -> {
                    works = false;
                    work();
                });
            });
        }

        private void submit(Submit submit) {
            submits.add(submit);
            wake();
        }

        private void wake() {
            if (!woken) {
                woken = true;
                add(0, this::takeUp);
            }
        }

        private void takeUp() {
            woken = false;
            long until = workedAt + TURN;
            while (workedAt < until && !submits.isEmpty()) {
                Submit submit = submits.remove();
                long waited = workedAt - submit.at();
                if (submit.ticket().takenUp(waited, workedAt)) {
                    workedAt += SUBMIT_COST;
                    shard.onRequest(submit.request(), TIMEOUT - waited, submit.reply(), workedAt);
                } else {
                    workedAt += LATE_COST;
                    submit.reply().accept(Door.spent(waited));
                }
            }
            if (!submits.isEmpty()) {
                wake();
            }
        }
    }

    private final class Output implements Shard.Output {
        private final Node node;

        private Output(Node node) {
            this.node = node;
        }

        @Override
        public void send(NodeId to, PeerMessage.Data message) {
            NodeId from = node.id;
            in(NETWORK, () -> node(to).add(MESSAGE_COST, () -> node(to).shard.onMessage(from, message, now)));
        }

        @Override
        public void corruption(String what) {
            throw new AssertionError(what);
        }
    }

    SlowCluster() {
        this.ring = StaticRing.plan(
                        new Membership(TinyCluster.NODES.stream()
                                .map(id -> new Member(
                                        id, "dc1", "z-" + id, 1, "http://127.0.0.1:1", "127.0.0.1", 7001, 7002))
                                .toList()),
                        TestKeys.PARTITIONS,
                        3,
                        new BalancedPlanner())
                .current();
        for (NodeId id : TinyCluster.NODES) {
            nodes.put(id, new Node(id));
        }
        for (NodeId id : TinyCluster.NODES) {
            ImmutableMap.Builder<NodeId, PeerInfo> up = ImmutableMap.builder();
            TinyCluster.NODES.stream()
                    .filter(peer -> !peer.equals(id))
                    .forEach(peer -> up.put(peer, new PeerInfo(1, true, 0, 1, -1, 0, 0, 1, false, false)));
            node(id).shard.onPeers(up.build(), now);
        }
        tick();
    }

    private void tick() {
        nodes.values().forEach(node -> {
            if (!node.paused) {
                node.shard.tick(now);
            }
        });
        in(5 * MILLI, this::tick);
    }

    private void in(long nanos, Runnable action) {
        agenda.add(new Event(now + nanos, order++, action));
    }

    private Node node(NodeId id) {
        Node node = nodes.get(id);
        if (node == null) {
            throw new AssertionError("no node " + id);
        }
        return node;
    }

    int limit(NodeId id) {
        return node(id).admission.limit();
    }

    int inFlight(NodeId id) {
        return node(id).admission.inFlight();
    }

    double refusals(NodeId id, String cause) {
        return node(id).metrics
                .scrape()
                .lines()
                .filter(line -> line.startsWith("quorate_refusals_total{cause=\"" + cause + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf('}') + 1)))
                .sum();
    }

    /** Its data plane does nothing any more, though all believe it up. */
    void pause(NodeId id) {
        node(id).paused = true;
    }

    void goOn(NodeId id) {
        node(id).paused = false;
        node(id).work();
    }

    void run(long nanos) {
        long until = now + nanos;
        for (Event next = agenda.peek(); next != null && next.at() <= until; next = agenda.peek()) {
            agenda.remove();
            now = next.at();
            next.action().run();
        }
        now = until;
    }

    /** One client of a node that writes again as soon as it is answered, until the time is over. */
    void client(NodeId via, int need, long until, Tally tally) {
        write(via, need, tally, () -> {
            if (now < until) {
                client(via, need, until, tally);
            }
        });
    }

    /** Writes at random times through a node, whatever becomes of them. */
    void stream(NodeId via, int need, double perSecond, long until, Tally tally) {
        if (now < until) {
            write(via, need, tally, () -> {});
            in(
                    (long) (-Math.log(1 - random.nextDouble()) * SECOND / perSecond),
                    () -> stream(via, need, perSecond, until, tally));
        }
    }

    long now() {
        return now;
    }

    private void write(NodeId via, int need, Tally tally, Runnable then) {
        Node node = node(via);
        tally.sent++;
        long from = now;
        Admission.Ticket ticket;
        try {
            ticket = node.admission.admit(1024, TIMEOUT);
        } catch (RefusedException e) {
            tally.refused++;
            in(MILLI, then);
            return;
        }
        KeyRequest.Put put = new KeyRequest.Put(
                TinyCluster.address(TestKeys.key("key-" + number++)),
                need,
                CausalContext.EMPTY,
                Bytes.ofUtf8("v"),
                "text/plain",
                new RequestId(Bytes.ofUtf8("r" + number), false));
        node.submit(new Submit(put, from, ticket, reply -> {
            if (!ticket.end()) {
                throw new AssertionError("answered twice: " + reply);
            }
            long took = Math.max(now, node.workedAt) - from;
            // A tick comes every five milliseconds, between turns.
            tally.late += took > TIMEOUT + 50 * MILLI ? 1 : 0;
            if (reply instanceof KeyReply.WriteDone) {
                tally.good++;
                tally.took.add(took);
            } else if (reply instanceof KeyReply.Refused refused
                    && refused.code().status() == 429) {
                tally.refused++;
            } else {
                tally.failed++;
            }
            in(0, then);
        }));
    }

    @Override
    public void close() {
        nodes.values().forEach(node -> node.metrics.close());
    }
}
