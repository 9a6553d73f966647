package io.quorate.bench.chaos;

import io.quorate.bench.check.LedHistories;
import io.quorate.bench.check.Operation.Kind;
import io.quorate.client.LeaderView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.error.Problem;
import io.quorate.client.error.QuorateException;
import io.quorate.client.http.HedgeSettings;
import io.quorate.client.http.HttpTransportConfig;
import io.quorate.client.http.RetrySettings;
import io.quorate.client.http.RoutingSettings;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.ErrorCode;
import io.quorate.ring.wire.Outcome;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Clients that read, write, delete, compare and set keys of a leader bucket, through any node and by a client that finds the
 * leader, and put down all of it in a history. What they write at {@link WriteLevel#ASYNC} goes to keys of its own, each
 * written once: it may be lost, and is counted.
 */
final class LedLoad implements Load {
    static final String BUCKET = "accounts";
    static final String DEFINITION = "{\"mode\":\"leader\"}";

    /** As they are named among what was looked into. */
    static final String OPERATIONS = "operations on keys with a leader";

    static final String SESSIONS = "reads of followers in sessions";

    /** What a request may come to when a node that leads dies, also on a busy machine; anything else is a fault. Writes at SYNC
     * may be told besides that a voter is missing. */
    static final Set<String> WHEN_LEADERS_DIE = Set.of(
            ErrorCode.NO_LEADER.text(),
            ErrorCode.TIMEOUT.text(),
            ErrorCode.OVERLOADED.text(),
            Problem.UNREACHABLE,
            Problem.CONNECTION_BROKEN);

    /** The same when nodes also start and stop, are frozen, slow or full. */
    static final Set<String> WHATEVER_HAPPENS = Set.of(
            ErrorCode.NO_LEADER.text(),
            ErrorCode.TIMEOUT.text(),
            ErrorCode.UNAVAILABLE.text(),
            ErrorCode.OVERLOADED.text(),
            ErrorCode.DISK_FULL.text(),
            Problem.UNREACHABLE,
            Problem.CONNECTION_BROKEN,
            Problem.CLIENT_OVERLOADED);

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    /** What the search for an order takes easily; then another key takes the place of this one. */
    private static final int OPERATIONS_OF_A_KEY = 3000;

    private static final int TRIES = 20;

    private final Settings settings;
    private final LedHistories histories;
    private final Timeline timeline;
    private final Crew crew;
    private final LedClient.Shared shared;
    private final QuorateClient guided;
    private final List<QuorateClient> direct = new ArrayList<>();
    private final AtomicIntegerArray asked;
    private final AtomicLong values = new AtomicLong();
    private final AtomicInteger processes = new AtomicInteger();
    /** What one disk alone has acknowledged. */
    private final Queue<String> ofOneDisk = new ConcurrentLinkedQueue<>();

    /** What a majority had before its leader's disk told that it has it. */
    private final Queue<String> ofMore = new ConcurrentLinkedQueue<>();

    private final LedClient last;
    private final Deque<String> unwritten = new ArrayDeque<>();
    private final Deque<String> unshown = new ArrayDeque<>();
    private boolean begunToEnd;
    private long lost;

    /**
     * How much is asked for.
     *
     * @param rate requests a second, of all clients
     * @param keys at any time; the first ones are asked for most
     * @param allowed codes of errors that a request may come to
     */
    record Settings(int clients, int rate, int keys, long seed, Set<String> allowed) {}

    private LedLoad(Settings settings, List<URI> urls, LedHistories histories, Timeline timeline) {
        this.settings = settings;
        this.histories = histories;
        this.timeline = timeline;
        this.crew = new Crew(settings.allowed());
        this.shared = new LedClient.Shared(histories, values, timeline, crew);
        this.asked = new AtomicIntegerArray(settings.keys());
        this.guided = QuorateClients.http(urls.toArray(URI[]::new));
        urls.forEach(url -> direct.add(QuorateClients.http(
                HttpTransportConfig.of(List.of(url))
                        .withRouting(RoutingSettings.DEFAULT.withRingAware(false))
                        .withRetries(RetrySettings.NONE)
                        .withHedging(HedgeSettings.NONE),
                TIMEOUT)));
        this.last = client();
    }

    /** Starts; the bucket has to be there. */
    static LedLoad start(Settings settings, List<URI> urls, LedHistories histories, Timeline timeline) {
        LedLoad load = new LedLoad(settings, urls, histories, timeline);
        load.crew.start("chaos-led", settings.clients(), settings.rate(), number -> load.new Asker(number)::ask);
        return load;
    }

    private LedClient client() {
        return new LedClient(processes.incrementAndGet(), shared);
    }

    private static LeaderView view(QuorateClient client) {
        return client.bucket(BUCKET)
                .at(ReadLevel.LINEARIZABLE, WriteLevel.SEMI_SYNC)
                .withTimeout(TIMEOUT);
    }

    private LeaderView through(int node) {
        return view(direct.get(node));
    }

    /** One of them. */
    private final class Asker {
        private final SplittableRandom random;
        private final LedClient client = client();

        private Asker(int number) {
            random = new SplittableRandom(settings.seed() * 1000 + number);
        }

        private void ask() {
            LeaderView view = random.nextInt(4) == 0 ? view(guided) : through(random.nextInt(direct.size()));
            int kind = random.nextInt(100);
            if (kind >= 95) {
                writeToOneDisk(view);
                return;
            }
            String key = key();
            if (kind < 48) {
                ReadLevel level = kind < 26 ? ReadLevel.LINEARIZABLE : kind < 35 ? ReadLevel.LEASE : ReadLevel.FOLLOWER;
                client.read(view, key, level);
                return;
            }
            Kind write =
                    kind < 68 ? Kind.WRITE : kind < 73 ? Kind.DELETE : kind < 79 ? Kind.CREATE : Kind.COMPARE_AND_SET;
            client.write(view, key, write, random.nextInt(6) == 0 ? WriteLevel.SYNC : WriteLevel.SEMI_SYNC);
        }

        private String key() {
            int slot = random.nextInt(random.nextInt(settings.keys()) + 1);
            return "led" + slot + "-" + asked.getAndIncrement(slot) / OPERATIONS_OF_A_KEY;
        }
    }

    private void writeToOneDisk(LeaderView view) {
        String key = "async" + values.incrementAndGet();
        try {
            LeaderWrite written = view.withWrites(WriteLevel.ASYNC).put(key, key);
            (written.info().level().equals(WriteLevel.ASYNC.name()) ? ofOneDisk : ofMore).add(key);
            timeline.done();
        } catch (QuorateException e) {
            crew.failed("ASYNC write of " + key, e);
            if (e.outcome() == Outcome.NOT_APPLIED) {
                timeline.refused();
            } else {
                timeline.unknown();
            }
        }
    }

    /** Somebody who asks one node alone. */
    final class Probe {
        private final LedClient client = client();
        private final int node;

        private Probe(int node) {
            this.node = node;
        }

        /** Writes a key once; whether that was acknowledged. */
        boolean write(String key) {
            return client.write(through(node), key, Kind.WRITE, WriteLevel.SEMI_SYNC);
        }
    }

    Probe probe(int node) {
        return new Probe(node);
    }

    @Override
    public void stop() throws InterruptedException {
        crew.stop();
    }

    @Override
    public List<String> readAll() {
        LedClient reader = client();
        List<String> unread = new ArrayList<>();
        for (String key : histories.keys()) {
            int tries = 0;
            while (tries < TRIES && !reader.read(through(tries % direct.size()), key, ReadLevel.LINEARIZABLE)) {
                tries++;
            }
            if (tries == TRIES) {
                unread.add(key + " of " + BUCKET + " cannot be read");
            }
        }
        return unread;
    }

    @Override
    public String goal() {
        return "every key of " + BUCKET + " is read and written through all nodes";
    }

    @Override
    public List<String> unsettled() {
        if (!begunToEnd) {
            begunToEnd = true;
            unwritten.addAll(histories.keys());
        }
        List<String> unsettled = new ArrayList<>();
        settle(unwritten, this::isWritten, unsettled);
        if (unwritten.isEmpty()) {
            settle(unshown, this::isShownByAll, unsettled);
        }
        return unsettled;
    }

    private void settle(Deque<String> keys, Predicate<String> isDone, List<String> unsettled) {
        while (!keys.isEmpty() && unsettled.isEmpty()) {
            if (isDone.test(keys.peek())) {
                keys.remove();
            } else {
                unsettled.add(keys.peek() + " of " + BUCKET + " is not read and written: " + last.lastFailure());
            }
        }
    }

    /** It is read, and all voters take a write of it. */
    private boolean isWritten(String key) {
        boolean written = last.read(through(0), key, ReadLevel.LINEARIZABLE)
                && last.write(through(direct.size() - 1), key, Kind.WRITE, WriteLevel.SYNC);
        if (written) {
            unshown.add(key);
        }
        return written;
    }

    /** Whoever is asked shows that write: the session sees to it. */
    private boolean isShownByAll(String key) {
        return IntStream.range(0, direct.size()).allMatch(node -> last.read(through(node), key, ReadLevel.FOLLOWER));
    }

    @Override
    public List<String> check() {
        List<String> wrong = new ArrayList<>(histories.check());
        if (histories.operations() == 0) {
            wrong.add("no request for " + BUCKET + " was answered: nothing is shown");
        }
        lost = lost(ofOneDisk, wrong);
        long never = lost(ofMore, wrong);
        if (never > 0) {
            wrong.add(never + " writes to " + BUCKET + " that a majority acknowledged are lost");
        }
        return wrong;
    }

    /** How many of these keys are not there. */
    private long lost(Queue<String> keys, List<String> wrong) {
        long missing = 0;
        for (String key : keys) {
            try {
                String found = view(guided).get(key).text().orElse("");
                missing += found.isEmpty() ? 1 : 0;
                if (!found.isEmpty() && !found.equals(key)) {
                    wrong.add(key + " of " + BUCKET + " shows " + found);
                }
            } catch (QuorateException e) {
                wrong.add(key + " of " + BUCKET + " cannot be read: " + e.getMessage());
            }
        }
        return missing;
    }

    @Override
    public Map<String, Long> counts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put(OPERATIONS, histories.operations());
        counts.put("of these keys", (long) histories.keys().size());
        counts.put(SESSIONS, histories.readsOfSessions());
        counts.put("ASYNC writes that one disk acknowledged", (long) ofOneDisk.size());
        counts.put("of these lost, as they may be", lost);
        return counts;
    }

    @Override
    public Crew crew() {
        return crew;
    }

    @Override
    public void close() {
        crew.end();
        guided.close();
        direct.forEach(QuorateClient::close);
    }
}
