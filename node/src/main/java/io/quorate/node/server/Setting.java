package io.quorate.node.server;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be configured.
 *
 * @param key its path in the file, below {@code quorate}
 * @param fallback what holds when nobody says, as it would stand in the file; null if it has to be said or is derived
 * @param required whether somebody has to say it
 * @param about for people: what it is, its unit and rule
 */
record Setting(String key, @Nullable String fallback, boolean required, String about) {
    static final String ROOT = "quorate";

    static final String CLUSTER_NAME = "cluster.name";
    static final String CLUSTER_MEMBERS = "cluster.members";
    static final String SEEDS = "cluster.seeds";
    static final String DNS = "cluster.dns";
    static final String NODE_ID = "node.id";
    static final String PARTITIONS = "placement.partitions";
    static final String REPLICAS = "placement.replicas";
    static final String DATA_DIR = "data.dir";
    static final String PEER_HOST = "peers.host";
    static final String SYNC = "storage.sync";
    static final String HTTP_HOST = "http.host";
    static final String HTTP_PORT = "http.port";
    static final String MAX_VALUE = "http.max-value";
    static final String REQUESTS = "limits.requests-in-flight";
    static final String BYTES = "limits.bytes-in-flight";
    static final String CONNECTIONS = "limits.connections";
    static final String BUCKETS = "buckets";
    static final String STRICT = "buckets-strict";
    static final String FAULTS = "faults.enabled";
    static final String DISK_RESERVE = "disk.reserve";
    static final String RECENT_RECORDS = "storage.recent-records";
    static final String QUEUE_MIN = "limits.queue-min";
    static final String QUEUE_MAX = "limits.queue-max";
    static final String QUEUE_WAIT = "limits.queue-wait";
    static final String HEDGE_SHARE = "pace.hedge-share";
    static final String HEDGE_AFTER = "pace.hedge-after-max";
    static final String FORWARD_AFTER = "pace.forward-after-max";
    static final String SILENT_AFTER = "pace.silent-after";
    static final String PROBE_EVERY = "pace.probe-every";
    static final String MAX_DRIFT = "clocks.max-drift";
    static final String PING_EVERY = "liveness.interval";
    static final String SUSPECT_AFTER = "liveness.suspect-after";
    static final String DATA_QUEUE = "links.tcp.data-queue";
    static final String CONTROL_QUEUE = "links.tcp.control-queue";
    static final String CONNECT_TIMEOUT = "links.tcp.connect-timeout";
    static final String SILENCE = "links.tcp.silence";
    static final String EVENT_LOOPS = "links.tcp.event-loops";
    static final String DRAIN = "shutdown.drain";
    static final String EXCHANGE_EVERY = "anti-entropy.interval";
    static final String EXCHANGE_RATE = "anti-entropy.rate";
    static final String EXCHANGE_ROUNDS = "anti-entropy.rounds";
    static final String SCRUB_RATE = "anti-entropy.scrub-rate";
    static final String GROUP_CHECK = "groups.check";
    static final String HINT_BYTES = "hints.max-bytes-per-home";
    static final String HINT_BYTES_IN_ALL = "hints.max-bytes";
    static final String HINT_KEYS = "hints.max-keys";
    static final String HINT_RATE = "hints.rate";

    /** Every setting there is, in the order in which people read them. */
    static final List<Setting> ALL = List.of(
            said(CLUSTER_NAME, "the cluster's name; nodes of another name are refused; fixed at birth"),
            said(
                    CLUSTER_MEMBERS,
                    "all nodes of the ring, the same list on each: id, http, host (see cluster.seeds if unknown), and if"
                            + " wanted port (7201), peer-port (7301), zone, dc, capacity"),
            derived(
                    SEEDS,
                    "where to look for members without a host: some nodes' addresses with peer-port, such as"
                            + " [\"10.0.0.1:7301\", \"n2:7301\"]; the nodes tell each other of the rest"),
            derived(DNS, "the same by one name that has an address of every node, such as quorate.internal:7301"),
            said(NODE_ID, "which of the members this is; fixed at birth"),
            with(PARTITIONS, "256", "equal parts of the ring, a power of two up to 65536; fixed at birth"),
            with(REPLICAS, "3", "homes of each partition, from 1 to 16; fixed at birth"),
            derived(DATA_DIR, "the folder of this node's data (default: data/ and the node's id)"),
            with(SYNC, "group", "group: every acknowledged write is on disk; interval: up to a second later; off"),
            derived(HTTP_HOST, "the address HTTP is bound to (default: the host in this member's http)"),
            derived(HTTP_PORT, "the port HTTP is bound to (default: the port in this member's http)"),
            derived(PEER_HOST, "the address that frames of other nodes are taken at (default: this member's host)"),
            with(MAX_VALUE, "1MiB", "the largest value of one write, up to 16 MiB"),
            with(REQUESTS, "2048", "requests of clients being served at once"),
            with(BYTES, "64MiB", "bytes of their bodies"),
            with(CONNECTIONS, "4096", "open HTTP connections"),
            with(BUCKETS, "{}", "buckets made at the first start if they do not exist, by name"),
            with(STRICT, "false", "true refuses buckets above whose reads need not see the latest write (R + W <= n)"),
            with(FAULTS, "false", "whether the HTTP API takes fault injection; for tests and lessons"),
            with(DISK_RESERVE, "64MiB", "with less free disk than this the node takes no writes; at least 1MiB"),
            with(RECENT_RECORDS, "16MiB", "memory for records read or written last; 0 for none"),
            with(QUEUE_MIN, "64", "requests that may always wait for their turn"),
            with(QUEUE_MAX, "1024", "requests that may wait at most; between the two it adapts to how long they wait"),
            with(QUEUE_WAIT, "50ms", "the wait that the queue is brought to under overload"),
            with(HEDGE_SHARE, "50", "extra questions to a thousand reads, asked when a home is late; 0 for none"),
            with(HEDGE_AFTER, "100ms", "a read asks one more home after its usual time, and at the latest after this"),
            with(FORWARD_AFTER, "80ms", "the same for a request that was handed to another node; at least 20ms"),
            with(SILENT_AFTER, "250ms", "a home silent for so long gets a substitute, hedged or not"),
            with(PROBE_EVERY, "1s", "how often a slow home is asked to see whether it still is"),
            with(
                    MAX_DRIFT,
                    "60s",
                    "clocks that differ by more are not used for stamps where the last writer wins; the same on all nodes"),
            with(PING_EVERY, "250ms", "between pings to each node; the same on all nodes; at least 50ms"),
            with(
                    SUSPECT_AFTER,
                    "1500ms",
                    "a node not heard for so long is down; at least twice the interval; the same on all nodes"),
            with(DATA_QUEUE, "32MiB", "what may wait for one node; at least 1MiB more than http.max-value"),
            with(CONTROL_QUEUE, "4MiB", "the same for pings and bucket definitions"),
            with(CONNECT_TIMEOUT, "1s", "an attempt to connect to a node is given up after so long"),
            with(SILENCE, "2s", "a connection that answers nothing for so long is closed and opened anew"),
            with(EVENT_LOOPS, "1", "threads for the connections to all nodes, from 1 to 16"),
            with(DRAIN, "2s", "how long an orderly end waits for requests in flight, up to 60s"),
            with(EXCHANGE_EVERY, "60s", "homes that were equal are compared again after so long; 0 for never"),
            with(EXCHANGE_RATE, "32MiB", "bytes of keys and values a second that this node fetches to come together"),
            with(EXCHANGE_ROUNDS, "4", "comparisons of this node at the same time, from 1 to 64"),
            with(SCRUB_RATE, "100", "leaves of the own hash trees, a second, that are held against the records"),
            with(GROUP_CHECK, "10m", "replicas of leader buckets' groups are compared about so often; 0 for never"),
            with(HINT_BYTES, "1GiB", "writes kept for one home that could not take them"),
            with(HINT_BYTES_IN_ALL, "4GiB", "the same for all homes together"),
            with(HINT_KEYS, "1000000", "the same in keys; each takes some memory"),
            with(HINT_RATE, "16MiB", "bytes of them a second that this node hands over"));

    private static Setting said(String key, String about) {
        return new Setting(key, null, true, about);
    }

    private static Setting with(String key, String fallback, String about) {
        return new Setting(key, fallback, false, about);
    }

    private static Setting derived(String key, String about) {
        return new Setting(key, null, false, about);
    }

    /** Where it stands in the file. */
    String path() {
        return ROOT + "." + key;
    }

    /** The environment variable that overrides the file. */
    String variable() {
        return path().toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
