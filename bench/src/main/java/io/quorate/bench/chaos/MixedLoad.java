package io.quorate.bench.chaos;

import io.quorate.bench.check.KeyHistories;
import io.quorate.bench.check.KeyHistories.Seen;
import io.quorate.bench.check.KeyHistories.Shown;
import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.data.Context;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.ResultInfo;
import io.quorate.client.data.Sibling;
import io.quorate.client.data.WriteResult;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.token.PartitionCount;
import io.quorate.ring.token.TokenHash;
import io.quorate.ring.version.CausalContext;
import io.quorate.ring.version.Dot;
import io.quorate.ring.wire.ContextCodec;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Clients that read, write and delete keys with contexts new and old, in a bucket where homes alone count and in one where
 * others stand in for them, and put down all of it in a history.
 */
final class MixedLoad implements AutoCloseable {
    static final String STRICT = "strict";
    static final String SLOPPY = "sloppy";
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int HOMES = 3;
    private static final int CONTEXTS_KEPT = 3;
    private static final int FORBIDDEN_MAX = 20;
    private static final PartitionCount PARTITIONS = new PartitionCount(64);

    /** What a request may come to when nodes fail; anything else is a fault of the store. */
    private static final Set<String> ALLOWED = Set.of(
            ErrorCode.UNAVAILABLE.text(),
            ErrorCode.LEVEL_NOT_REACHED.text(),
            ErrorCode.TIMEOUT.text(),
            ErrorCode.OVERLOADED.text(),
            ErrorCode.DISK_FULL.text(),
            ErrorCode.TOO_MANY_SIBLINGS.text(),
            Problem.UNREACHABLE,
            Problem.CONNECTION_BROKEN,
            Problem.CLIENT_OVERLOADED);

    private final Settings settings;
    private final KeyHistories histories;
    private final Timeline timeline;
    private final QuorateClient client;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Map<String, Long> errors = new TreeMap<>();
    private final List<String> forbidden = new ArrayList<>();

    /**
     * How much is asked for.
     *
     * @param rate requests a second, of all clients
     * @param keys of each bucket
     * @param disksAreSafe no disk is lost, so that one durable copy is enough
     */
    record Settings(int clients, int rate, int keys, long seed, boolean disksAreSafe) {}

    private record Known(Context context, Seen seen) {}

    private MixedLoad(Settings settings, KeyHistories histories, Timeline timeline, QuorateClient client) {
        this.settings = settings;
        this.histories = histories;
        this.timeline = timeline;
        this.client = client;
    }

    static MixedLoad start(Settings settings, List<URI> urls, KeyHistories histories, Timeline timeline) {
        MixedLoad load = new MixedLoad(settings, histories, timeline, QuorateClients.http(urls.toArray(URI[]::new)));
        for (int i = 0; i < settings.clients(); i++) {
            Client one = load.new Client(new SplittableRandom(settings.seed() * 1000 + i));
            Thread thread = new Thread(one::runGuarded, "chaos-client-" + i);
            thread.setDaemon(true);
            load.threads.add(thread);
            thread.start();
        }
        return load;
    }

    /** Ends the load; requests in flight end by their deadlines. */
    void stop() throws InterruptedException {
        over.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Errors by their code. */
    synchronized Map<String, Long> errors() {
        return Map.copyOf(errors);
    }

    /** Errors that nothing excuses, some of them. */
    synchronized List<String> forbidden() {
        return List.copyOf(forbidden);
    }

    /** All that a key shows in the end, as all homes agree on it. */
    List<Shown> last(String key) {
        return versions(view(key, ConsistencyLevel.ALL)
                .withTimeout(Duration.ofSeconds(10))
                .get(key));
    }

    private LeaderlessView view(String key, ConsistencyLevel level) {
        boolean strict = key.startsWith(STRICT);
        LeaderlessView view = client.bucket(strict ? STRICT : SLOPPY).at(level).withTimeout(TIMEOUT);
        return strict || level == ConsistencyLevel.ALL ? view.homesOnly() : view;
    }

    private static List<Shown> versions(ReadResult result) {
        List<Shown> versions = new ArrayList<>();
        for (Sibling sibling : result.siblings()) {
            Dot dot = Dot.parse(sibling.dot())
                    .orElseThrow(() -> new IllegalStateException("'" + sibling.dot() + "' is no dot"));
            versions.add(new Shown(Integer.parseInt(sibling.value().toUtf8()), dot));
        }
        return versions;
    }

    /** Looks into a token as no client does: what exactly does it cover? */
    private static CausalContext opened(Context context) {
        int partition = PARTITIONS.partitionOf(TokenHash.tokenOf(context.bucket(), context.key()));
        return ContextCodec.decode(
                context.token(), new ContextCodec.Scope(context.bucket(), 1, partition, context.key()));
    }

    private synchronized void failed(String what, QuorateException e) {
        errors.merge(e.code(), 1L, Long::sum);
        if (!ALLOWED.contains(e.code())) {
            forbid(what + ": " + e.getMessage());
        }
    }

    private synchronized void forbid(String what) {
        if (forbidden.size() < FORBIDDEN_MAX) {
            forbidden.add(what);
        }
    }

    @Override
    public void close() {
        over.set(true);
        client.close();
    }

    /** One of them: a request after the other. */
    private final class Client {
        private final SplittableRandom random;
        private final Map<String, List<Known>> known = new HashMap<>();

        private Client(SplittableRandom random) {
            this.random = random;
        }

        /** A client that ends by itself has found something too: an answer that makes no sense to it. */
        private void runGuarded() {
            try {
                run();
            } catch (RuntimeException | Error e) {
                if (!over.get()) {
                    forbid("a client ended by " + e);
                }
                throw e;
            }
        }

        private void run() {
            long pause = TimeUnit.SECONDS.toNanos(settings.clients()) / settings.rate();
            long next = System.nanoTime() + random.nextLong(pause);
            while (!over.get()) {
                long now = System.nanoTime();
                if (next - now > 0) {
                    LockSupport.parkNanos(next - now);
                    continue;
                }
                // Who was held up does not make up for it: that would be a flood.
                next = Math.max(next + pause, now);
                String key = (random.nextInt(2) == 0 ? STRICT : SLOPPY) + random.nextInt(settings.keys());
                int kind = random.nextInt(100);
                if (kind < 45) {
                    read(key);
                } else {
                    write(key, kind >= 88);
                }
            }
        }

        private ConsistencyLevel level(String key) {
            int draw = random.nextInt(10);
            if (key.startsWith(STRICT) || draw < 6) {
                return ConsistencyLevel.QUORUM;
            }
            return draw < 9 ? ConsistencyLevel.ONE : ConsistencyLevel.ANY;
        }

        private void read(String key) {
            long begun = System.nanoTime();
            try {
                boolean strict = key.startsWith(STRICT);
                ReadResult result = view(key, strict ? ConsistencyLevel.QUORUM : ConsistencyLevel.ONE)
                        .get(key);
                List<Shown> versions = versions(result);
                if (strict) {
                    histories.read(key, versions, begun, System.nanoTime());
                }
                remember(key, new Known(result.context(), histories.seen(key, versions, opened(result.context()))));
                timeline.done();
            } catch (QuorateException e) {
                failed("read of " + key, e);
                timeline.refused();
            }
        }

        private void write(String key, boolean delete) {
            Known over = someContext(key);
            if (over == null && (delete || random.nextInt(4) != 0)) {
                read(key);
                over = someContext(key);
            }
            if (over == null && delete) {
                return;
            }
            Seen seen = over == null ? Seen.NOTHING : over.seen();
            KeyHistories.Write write = histories.begin(key, delete, seen, System.nanoTime());
            try {
                LeaderlessView view = view(key, level(key));
                String value = Integer.toString(write.number());
                WriteResult result;
                if (over == null) {
                    result = view.put(key, value);
                } else {
                    result = delete ? view.delete(key, over.context()) : view.put(key, value, over.context());
                }
                write.acknowledge(isHeld(result.info()), System.nanoTime());
                remember(key, new Known(result.context(), write.after(opened(result.context()))));
                timeline.done();
            } catch (QuorateException e) {
                failed(write.toString(), e);
                if (e.outcome() == Outcome.NOT_APPLIED) {
                    write.refuse();
                    timeline.refused();
                } else {
                    timeline.unknown();
                }
            }
        }

        private boolean isHeld(ResultInfo info) {
            return info.homes() > HOMES / 2 || settings.disksAreSafe();
        }

        private void remember(String key, Known next) {
            List<Known> list = known.computeIfAbsent(key, k -> new ArrayList<>());
            if (list.size() == CONTEXTS_KEPT) {
                list.remove(0);
            }
            list.add(next);
        }

        private @Nullable Known someContext(String key) {
            List<Known> list = known.getOrDefault(key, List.of());
            if (list.isEmpty()) {
                return null;
            }
            return random.nextInt(4) == 0 ? list.get(random.nextInt(list.size())) : list.get(list.size() - 1);
        }
    }
}
