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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Clients that read, write and delete keys with contexts new and old, in a bucket where homes alone count and in one where
 * others stand in for them, and put down all of it in a history.
 */
final class MixedLoad implements Load {
    static final String STRICT = "strict";
    static final String SLOPPY = "sloppy";
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    /** As they are named among what was looked into. */
    static final String READS = "reads of a quorum that were checked";

    private static final int HOMES = 3;
    private static final int CONTEXTS_KEPT = 3;
    private static final int TRIES = 20;
    private static final PartitionCount PARTITIONS = new PartitionCount(64);

    /** What a request may come to when nodes fail; anything else is a fault of the store. */
    static final Set<String> WHATEVER_HAPPENS = Set.of(
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
    private final Convergence convergence;
    private final Crew crew;

    /**
     * How much is asked for.
     *
     * @param rate requests a second, of all clients
     * @param keys of each bucket
     * @param disksAreSafe no disk is lost, so that one durable copy is enough
     * @param allowed codes of errors that a request may come to
     */
    record Settings(int clients, int rate, int keys, long seed, boolean disksAreSafe, Set<String> allowed) {}

    private record Known(Context context, Seen seen) {}

    private MixedLoad(Settings settings, List<URI> urls, KeyHistories histories, Timeline timeline) {
        this.settings = settings;
        this.crew = new Crew(settings.allowed());
        this.histories = histories;
        this.timeline = timeline;
        this.client = QuorateClients.http(urls.toArray(URI[]::new));
        this.convergence = new Convergence(urls);
    }

    /** Starts; the buckets have to be there. */
    static MixedLoad start(Settings settings, List<URI> urls, KeyHistories histories, Timeline timeline) {
        MixedLoad load = new MixedLoad(settings, urls, histories, timeline);
        load.crew.start("chaos-client", settings.clients(), settings.rate(), number -> {
            Client one = load.new Client(new SplittableRandom(settings.seed() * 1000 + number));
            return one::ask;
        });
        return load;
    }

    @Override
    public void stop() throws InterruptedException {
        crew.stop();
    }

    @Override
    public List<String> readAll() {
        Client reader = new Client(new SplittableRandom(settings.seed()));
        List<String> unread = new ArrayList<>();
        for (String key : histories.keys()) {
            int tries = 0;
            while (tries < TRIES && !reader.read(key)) {
                tries++;
            }
            if (tries == TRIES) {
                unread.add(key + " cannot be read");
            }
        }
        return unread;
    }

    @Override
    public String goal() {
        return "all homes are equal";
    }

    @Override
    public List<String> unsettled() throws InterruptedException {
        return convergence.differences(histories.keys());
    }

    @Override
    public List<String> check() {
        Map<String, List<Shown>> finals = new HashMap<>();
        for (String key : histories.keys()) {
            try {
                finals.put(key, last(key));
            } catch (QuorateException e) {
                // Told by the check: nothing is known of the key.
                System.err.println("quorate: last read of " + key + ": " + e.getMessage());
            }
        }
        List<String> wrong = new ArrayList<>(histories.check(finals));
        if (histories.reads() == 0) {
            wrong.add("no read of a quorum was answered: nothing is shown");
        }
        return wrong;
    }

    @Override
    public Map<String, Long> counts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("writes and deletes begun", histories.writes());
        counts.put(READS, histories.reads());
        return counts;
    }

    @Override
    public Crew crew() {
        return crew;
    }

    /** All that a key shows in the end, as all homes agree on it. */
    private List<Shown> last(String key) {
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

    @Override
    public void close() {
        crew.end();
        client.close();
    }

    /** One of them: a request after the other. */
    private final class Client {
        private final SplittableRandom random;
        private final Map<String, List<Known>> known = new HashMap<>();

        private Client(SplittableRandom random) {
            this.random = random;
        }

        private void ask() {
            String key = (random.nextInt(2) == 0 ? STRICT : SLOPPY) + random.nextInt(settings.keys());
            int kind = random.nextInt(100);
            if (kind < 45) {
                read(key);
            } else {
                write(key, kind >= 88);
            }
        }

        private ConsistencyLevel level(String key) {
            int draw = random.nextInt(10);
            if (key.startsWith(STRICT) || draw < 6) {
                return ConsistencyLevel.QUORUM;
            }
            return draw < 9 ? ConsistencyLevel.ONE : ConsistencyLevel.ANY;
        }

        /** Whether there was an answer. */
        private boolean read(String key) {
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
                return true;
            } catch (QuorateException e) {
                crew.failed("read of " + key, e);
                timeline.refused();
                return false;
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
                crew.failed(write.toString(), e);
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
