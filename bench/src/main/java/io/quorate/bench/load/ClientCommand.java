package io.quorate.bench.load;

import io.quorate.client.AsyncLeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.client.data.Value;
import io.quorate.client.http.HttpTransportConfig;
import io.quorate.client.metrics.ClientMetrics;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code bench client}: what the Java client itself costs. */
@Command(
        name = "client",
        description = "Sends puts and gets through the Java client and reports what the client's own process spends.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ClientCommand implements Callable<Integer> {
    private static final int IN_FLIGHT_MAX = 4096;
    private static final int REQUESTS_MAX = 100_000_000;
    private static final int KEYS = 2000;
    private static final long NANOS_MAX = TimeUnit.MINUTES.toNanos(2);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called.
    private CommandSpec spec;

    @Option(
            names = "--url",
            split = ",",
            defaultValue = "http://127.0.0.1:7101",
            paramLabel = "URL",
            description = "Contact points (default: ${DEFAULT-VALUE}).")
    private List<URI> urls = List.of();

    @Option(names = "--bucket", defaultValue = "carts", description = "Bucket (default: ${DEFAULT-VALUE}).")
    private String bucket = "";

    @Option(
            names = "--in-flight",
            split = ",",
            defaultValue = "32,128",
            description = "Calls in flight at once; several are measured in turn (default: ${DEFAULT-VALUE}).")
    private List<Integer> inFlight = List.of();

    @Option(
            names = "--requests",
            defaultValue = "50000",
            description = "Calls of each measurement; as many before it to warm up (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Option(
            names = "--value-size",
            defaultValue = "1024",
            paramLabel = "BYTES",
            description = "Size of the values (default: ${DEFAULT-VALUE}).")
    private int valueSizeBytes;

    @Option(names = "--level", defaultValue = "ONE", description = "Consistency level (default: ${DEFAULT-VALUE}).")
    private ConsistencyLevel level = ConsistencyLevel.ONE;

    @Option(
            names = "--direct",
            description = "Run what follows a call on the client's own thread, for callers who never block there.")
    private boolean direct;

    @Override
    public Integer call() throws InterruptedException {
        check(requests >= 1 && requests <= REQUESTS_MAX, "--requests: from 1 to " + REQUESTS_MAX);
        inFlight.forEach(each -> check(each >= 1 && each <= IN_FLIGHT_MAX, "--in-flight: from 1 to " + IN_FLIGHT_MAX));
        HttpTransportConfig config = HttpTransportConfig.of(urls);
        config = direct ? config.withCallbacks(Runnable::run) : config;
        PrintWriter out = spec.commandLine().getOut();
        int failed = 0;
        try (QuorateClient client = QuorateClients.http(config, Duration.ofSeconds(5))) {
            AsyncLeaderlessView view = client.bucket(bucket).at(level).async();
            Value value = Value.of(randomBytes(valueSizeBytes));
            // Keys of their own that are there, each with one value.
            run(KEYS, 1, i -> view.put(readKey(i), value));
            out.println("operation  in flight    ops/s  CPU us/op  p50 ms  p99 ms  failed");
            for (int each : inFlight) {
                AtomicInteger fresh = new AtomicInteger();
                String prefix = "client-bench-" + Long.toString(System.nanoTime(), Character.MAX_RADIX) + "-";
                Call put = i -> view.put(Bytes.ofUtf8(prefix + fresh.incrementAndGet()), value);
                failed += measure(out, "put", each, put);
                failed += measure(out, "get", each, i -> view.get(readKey(i)));
            }
            ClientMetrics metrics = client.metrics();
            out.println("epoch " + metrics.epoch() + ", " + metrics.retries() + " retries, " + metrics.hedgesWon()
                    + " hedges won, " + metrics.hedgesLost() + " lost, " + metrics.hedgesDenied() + " denied");
        }
        out.flush();
        return failed == 0 ? 0 : LoadException.EXIT_UNAVAILABLE;
    }

    private interface Call {
        CompletionStage<?> start(int number);
    }

    /** What one measurement found. */
    private record Taken(double seconds, Duration cpu, Histogram nanos, int failed) {}

    private static Bytes readKey(int number) {
        return Bytes.ofUtf8("client-bench-read-" + number % KEYS);
    }

    private int measure(PrintWriter out, String name, int lanes, Call call) throws InterruptedException {
        run(requests, lanes, call);
        Taken taken = run(requests, lanes, call);
        out.printf(
                "%-9s  %9d  %7.0f  %9.1f  %6.2f  %6.2f  %6d%n",
                name,
                lanes,
                requests / taken.seconds(),
                taken.cpu().toNanos() / 1e3 / requests,
                taken.nanos().getValueAtPercentile(50) / 1e6,
                taken.nanos().getValueAtPercentile(99) / 1e6,
                taken.failed());
        out.flush();
        return taken.failed();
    }

    /** Keeps so many calls in flight until all are done. */
    private static Taken run(int total, int lanes, Call call) throws InterruptedException {
        Run run = new Run(total, lanes, call);
        Duration cpuBefore = cpu();
        long from = System.nanoTime();
        for (int i = 0; i < lanes; i++) {
            run.next();
        }
        run.ended.await();
        double seconds = (System.nanoTime() - from) / 1e9;
        return new Taken(seconds, cpu().minus(cpuBefore), run.nanos, run.failed.get());
    }

    private static final class Run {
        private final AtomicInteger left;
        private final Call call;
        private final CountDownLatch ended;
        private final AtomicInteger failed = new AtomicInteger();
        private final Histogram nanos = new ConcurrentHistogram(1000, NANOS_MAX, 3);

        Run(int total, int lanes, Call call) {
            this.left = new AtomicInteger(total);
            this.call = call;
            this.ended = new CountDownLatch(lanes);
        }

        void next() {
            int number = left.decrementAndGet();
            if (number < 0) {
                ended.countDown();
                return;
            }
            long from = System.nanoTime();
            var unused = call.start(number).whenComplete((result, error) -> {
                nanos.recordValue(Math.min(NANOS_MAX, System.nanoTime() - from));
                if (error != null) {
                    failed.incrementAndGet();
                }
                next();
            });
        }
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static Bytes randomBytes(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(1).nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private void check(boolean fits, String message) {
        if (!fits) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
