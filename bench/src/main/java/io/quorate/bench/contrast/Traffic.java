package io.quorate.bench.contrast;

import io.quorate.bench.local.MetricsText;
import io.quorate.bench.local.NodeHttp;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/**
 * What all nodes together have sent to each other and synced.
 *
 * @param bytes of frames between nodes
 * @param fsyncs group commits
 * @param changes that shared them
 */
record Traffic(double bytes, double fsyncs, double changes) {
    private static final List<String> LANES = List.of("data", "group", "control");
    static final Traffic NONE = new Traffic(0, 0, 0);

    /** As it stands; from a node's start on. */
    static Traffic of(List<URI> urls) throws IOException, InterruptedException {
        NodeHttp http = new NodeHttp();
        Traffic sum = NONE;
        for (URI url : urls) {
            sum = sum.plus(read(http.metrics(url)), 1);
        }
        return sum;
    }

    static Traffic read(MetricsText metrics) {
        return new Traffic(
                LANES.stream()
                        .mapToDouble(lane -> metrics.sum("quorate_link_" + lane + "_sent_bytes")
                                .orElse(0))
                        .sum(),
                metrics.sum("quorate_storage_fsync_seconds_count").orElse(0),
                metrics.sum("quorate_storage_batch_sum").orElse(0));
    }

    /** This and so many times the other. */
    Traffic plus(Traffic other, double times) {
        return new Traffic(bytes + times * other.bytes, fsyncs + times * other.fsyncs, changes + times * other.changes);
    }

    /** What has come since. */
    Traffic since(Traffic before) {
        return plus(before, -1);
    }

    /** The same for one of so many operations or seconds. */
    Traffic each(long count) {
        return count <= 0 ? NONE : new Traffic(bytes / count, fsyncs / count, changes / count);
    }
}
