package io.quorate.client;

import io.quorate.client.bucket.BucketChange;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import io.quorate.client.data.Replicas;
import io.quorate.client.metrics.ClientMetrics;
import io.quorate.client.spi.ExplainCall;
import io.quorate.client.spi.Need;
import io.quorate.client.spi.StoreTransport;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.consistency.ConsistencyLevel;
import io.quorate.ring.consistency.ReadLevel;
import io.quorate.ring.consistency.WriteLevel;
import io.quorate.ring.wire.Outcome;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The client over a transport. */
final class TransportClient implements QuorateClient {
    private final StoreTransport transport;
    private final Duration timeout;
    private final IdempotencyKeys keys = new IdempotencyKeys();
    private final Buckets buckets = new Administration();

    TransportClient(StoreTransport transport, Duration timeout) {
        this.transport = transport;
        this.timeout = timeout;
    }

    @Override
    public Bucket bucket(String name) {
        return new NamedBucket(CallChecks.bucket(name));
    }

    @Override
    public Buckets buckets() {
        return buckets;
    }

    @Override
    public String ring() {
        return Waiting.on(transport.ring(timeout), Outcome.NOT_APPLIED);
    }

    @Override
    public String explain(String bucket, Bytes key) {
        ExplainCall call = new ExplainCall(CallChecks.bucket(bucket), CallChecks.key(key), timeout);
        return Waiting.on(transport.explain(call), Outcome.NOT_APPLIED);
    }

    @Override
    public ClientMetrics metrics() {
        return transport.metrics();
    }

    @Override
    public void close() {
        transport.close();
    }

    private final class NamedBucket implements Bucket {
        private final String name;
        private final Map<ConsistencyLevel, LeaderlessView> views = new EnumMap<>(ConsistencyLevel.class);

        NamedBucket(String name) {
            this.name = name;
            for (ConsistencyLevel level : ConsistencyLevel.values()) {
                views.put(level, view(new Need.Level(level), new Need.Level(level)));
            }
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public LeaderlessView at(ConsistencyLevel level) {
            return Objects.requireNonNull(views.get(level));
        }

        @Override
        public LeaderlessView at(Replicas replicas) {
            return view(new Need.Count(replicas.read()), new Need.Count(replicas.write()));
        }

        @Override
        public LeaderlessView atDefaults() {
            return view(new Need.BucketDefault(), new Need.BucketDefault());
        }

        @Override
        public LeaderView at(ReadLevel reads, WriteLevel writes) {
            return view(Optional.of(reads), Optional.of(writes));
        }

        @Override
        public LeaderView atLeaderDefaults() {
            return view(Optional.empty(), Optional.empty());
        }

        private LeaderView view(Optional<ReadLevel> reads, Optional<WriteLevel> writes) {
            return new BlockingLeaderView(LeaderCalls.of(transport, keys, name, reads, writes, timeout));
        }

        private LeaderlessView view(Need read, Need write) {
            return new BlockingView(new RawView(transport, keys, name, read, write, false, timeout, Optional.empty()));
        }
    }

    private final class Administration implements Buckets {
        @Override
        public BucketChange create(String name, BucketDefinition definition) {
            return Waiting.on(
                    transport.createBucket(CallChecks.bucket(name), definition, timeout), Outcome.MAYBE_APPLIED);
        }

        @Override
        public List<BucketInfo> list() {
            return Waiting.on(transport.listBuckets(timeout), Outcome.NOT_APPLIED);
        }

        @Override
        public BucketInfo get(String name) {
            return Waiting.on(transport.getBucket(CallChecks.bucket(name), timeout), Outcome.NOT_APPLIED);
        }

        @Override
        public void delete(String name) {
            Waiting.on(transport.deleteBucket(CallChecks.bucket(name), timeout), Outcome.MAYBE_APPLIED);
        }
    }
}
