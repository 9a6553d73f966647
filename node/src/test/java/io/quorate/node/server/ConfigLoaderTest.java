package io.quorate.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.config.NodeConfig;
import io.quorate.node.config.Tuning;
import io.quorate.node.protocol.antientropy.ExchangeSettings;
import io.quorate.node.protocol.hint.HintSettings;
import io.quorate.node.protocol.liveness.Liveness;
import io.quorate.node.protocol.pace.PaceSettings;
import io.quorate.node.storage.Disk;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.transport.tcp.TcpSettings;
import io.quorate.ring.topology.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigLoaderTest {
    private static final String MEMBERS = """
            quorate.cluster.members = [
              { id = n1, host = h1, port = 7201, http = "http://h1:7101", zone = a }
              { id = n2, host = h2, port = 7201, http = "http://h2:7101", zone = b, dc = east, capacity = 2 }
              { id = n3, host = h3, port = 7201, http = "http://h3:7101" }
            ]
            """;
    private static final String LEAST = "quorate.node.id = n2\nquorate.cluster.name = c\n" + MEMBERS;

    private static final long MILLI = 1_000_000L;

    @TempDir
    private Path folder;

    private NodeConfig load(String text, Map<String, String> environment) throws IOException {
        return ConfigLoader.load(effective(text, environment), null);
    }

    private Effective effective(String text, Map<String, String> environment) throws IOException {
        Path file = folder.resolve("node.conf");
        Files.writeString(file, text);
        return Effective.read(file, environment);
    }

    @Test
    void littleIsNeededAndTheRestHasDefaults() throws IOException {
        NodeConfig config = load(LEAST, Map.of());

        assertThat(config.cluster()).isEqualTo("c");
        assertThat(config.partitions()).isEqualTo(256);
        assertThat(config.replicas()).isEqualTo(3);
        assertThat(config.sync()).isEqualTo(SyncMode.GROUP);
        assertThat(config.limits()).isEqualTo(NodeConfig.Limits.DEFAULT);
        assertThat(config.tuning()).isEqualTo(Tuning.DEFAULT);
        assertThat(config.links().tcp()).isEqualTo(TcpSettings.DEFAULT);
        assertThat(config.http()).isEqualTo(new NodeConfig.Http("h2", 7101));
        assertThat(config.data()).isEqualTo(Path.of("data/n2"));
        assertThat(config.faults()).isFalse();
        assertThat(config.buckets()).isEmpty();
        Member n2 = config.self();
        assertThat(n2.zone()).isEqualTo("b");
        assertThat(n2.dc()).isEqualTo("east");
        assertThat(n2.capacity()).isEqualTo(2);
        assertThat(config.members().get(2).zone()).as("a zone of its own").isEqualTo("n3");
    }

    @Test
    void everySettingCanBeGivenByTheEnvironmentToo() throws IOException {
        Map<String, String> environment = Map.ofEntries(
                Map.entry("QUORATE_CLUSTER_NAME", "other"),
                Map.entry("QUORATE_CLUSTER_MEMBERS", "[{ id = n9, port = 1, http = \"http://h9:2\" }]"),
                Map.entry("QUORATE_CLUSTER_SEEDS", "[\"h8:1\", \"10.0.0.7\"]"),
                Map.entry("QUORATE_CLUSTER_DNS", "nodes.internal:2"),
                Map.entry("QUORATE_NODE_ID", "n9"),
                Map.entry("QUORATE_PLACEMENT_PARTITIONS", "8"),
                Map.entry("QUORATE_PLACEMENT_REPLICAS", "1"),
                Map.entry("QUORATE_DATA_DIR", "/elsewhere"),
                Map.entry("QUORATE_STORAGE_SYNC", "interval"),
                Map.entry("QUORATE_HTTP_HOST", "0.0.0.0"),
                Map.entry("QUORATE_HTTP_PORT", "8080"),
                Map.entry("QUORATE_PEERS_HOST", "0.0.0.0"),
                Map.entry("QUORATE_HTTP_MAX_VALUE", "2MiB"),
                Map.entry("QUORATE_LIMITS_REQUESTS_IN_FLIGHT", "10"),
                Map.entry("QUORATE_LIMITS_BYTES_IN_FLIGHT", "20MiB"),
                Map.entry("QUORATE_LIMITS_CONNECTIONS", "30"),
                Map.entry("QUORATE_BUCKETS", "{ b { mode = leaderless, read = ONE } }"),
                Map.entry("QUORATE_BUCKETS_STRICT", "true"),
                Map.entry("QUORATE_FAULTS_ENABLED", "true"),
                Map.entry("QUORATE_DISK_RESERVE", "1GiB"),
                Map.entry("QUORATE_STORAGE_RECENT_RECORDS", "0"),
                Map.entry("QUORATE_LIMITS_QUEUE_MIN", "5"),
                Map.entry("QUORATE_LIMITS_QUEUE_MAX", "6"),
                Map.entry("QUORATE_LIMITS_QUEUE_WAIT", "7ms"),
                Map.entry("QUORATE_PACE_HEDGE_SHARE", "0"),
                Map.entry("QUORATE_PACE_HEDGE_AFTER_MAX", "8ms"),
                Map.entry("QUORATE_PACE_FORWARD_AFTER_MAX", "90"),
                Map.entry("QUORATE_PACE_SILENT_AFTER", "0.5s"),
                Map.entry("QUORATE_PACE_PROBE_EVERY", "1 minute"),
                Map.entry("QUORATE_CLOCKS_MAX_DRIFT", "10s"),
                Map.entry("QUORATE_LIVENESS_INTERVAL", "100ms"),
                Map.entry("QUORATE_LIVENESS_SUSPECT_AFTER", "200ms"),
                Map.entry("QUORATE_LINKS_TCP_DATA_QUEUE", "64MiB"),
                Map.entry("QUORATE_LINKS_TCP_CONTROL_QUEUE", "8MiB"),
                Map.entry("QUORATE_LINKS_TCP_CONNECT_TIMEOUT", "3s"),
                Map.entry("QUORATE_LINKS_TCP_SILENCE", "4s"),
                Map.entry("QUORATE_LINKS_TCP_EVENT_LOOPS", "2"),
                Map.entry("QUORATE_SHUTDOWN_DRAIN", "10s"),
                Map.entry("QUORATE_ANTI_ENTROPY_INTERVAL", "30s"),
                Map.entry("QUORATE_ANTI_ENTROPY_RATE", "1MiB"),
                Map.entry("QUORATE_ANTI_ENTROPY_ROUNDS", "2"),
                Map.entry("QUORATE_ANTI_ENTROPY_SCRUB_RATE", "1000"),
                Map.entry("QUORATE_GROUPS_CHECK", "1h"),
                Map.entry("QUORATE_HINTS_MAX_BYTES_PER_HOME", "1MiB"),
                Map.entry("QUORATE_HINTS_MAX_BYTES", "2MiB"),
                Map.entry("QUORATE_HINTS_MAX_KEYS", "300"),
                Map.entry("QUORATE_HINTS_RATE", "4KiB"));
        assertThat(environment.keySet())
                .as("all of them")
                .containsAll(Setting.ALL.stream().map(Setting::variable).toList());

        String file = LEAST + "quorate.buckets { carts { mode = leaderless } }\n";
        NodeConfig config = load(file, environment);

        assertThat(config.cluster()).isEqualTo("other");
        assertThat(config.membership().ids()).hasSize(1);
        assertThat(config.node().value()).isEqualTo("n9");
        assertThat(config.self().host()).isEmpty();
        assertThat(config.links().discovery().places())
                .extracting(Object::toString)
                .containsExactly("h8:1", "10.0.0.7:7301", "nodes.internal:2");
        assertThat(config.partitions()).isEqualTo(8);
        assertThat(config.replicas()).isEqualTo(1);
        assertThat(config.data()).isEqualTo(Path.of("/elsewhere"));
        assertThat(config.sync()).isEqualTo(SyncMode.INTERVAL);
        assertThat(config.http()).isEqualTo(new NodeConfig.Http("0.0.0.0", 8080));
        assertThat(config.links().bindHost()).isEqualTo("0.0.0.0");
        assertThat(config.limits().maxValueBytes()).isEqualTo(2 << 20);
        assertThat(config.limits().requestsInFlight()).isEqualTo(10);
        assertThat(config.limits().bytesInFlight()).isEqualTo(20L << 20);
        assertThat(config.limits().connections()).isEqualTo(30);
        assertThat(config.buckets()).extracting(bucket -> bucket.name()).containsExactly("b");
        assertThat(config.faults()).isTrue();
        PaceSettings pace = PaceSettings.DEFAULT;
        ExchangeSettings exchange = ExchangeSettings.DEFAULT;
        assertThat(config.tuning())
                .isEqualTo(new Tuning(
                        new Disk.Settings(1L << 30),
                        0,
                        new Tuning.Queue(5, 6, 7 * MILLI),
                        new PaceSettings(
                                pace.slowFactor(),
                                pace.slowFloorNanos(),
                                60_000 * MILLI,
                                0,
                                pace.hedgesSaved(),
                                pace.hedgeFloorNanos(),
                                8 * MILLI,
                                pace.forwardFloorNanos(),
                                90 * MILLI,
                                500 * MILLI),
                        10_000,
                        new Liveness.Settings(100 * MILLI, 200 * MILLI),
                        10_000 * MILLI,
                        new ExchangeSettings(
                                30_000 * MILLI,
                                exchange.pauseNanos(),
                                exchange.retryNanos(),
                                exchange.resendNanos(),
                                2,
                                1 << 20,
                                MILLI),
                        new HintSettings(1 << 20, 2 << 20, 300, HintSettings.DEFAULT.window(), 4 << 10),
                        3_600_000 * MILLI));
        TcpSettings tcp = TcpSettings.DEFAULT;
        assertThat(config.links().tcp())
                .isEqualTo(new TcpSettings(
                        2,
                        64 << 20,
                        8 << 20,
                        3_000,
                        tcp.greetingMillis(),
                        4_000,
                        tcp.backoffMinMillis(),
                        tcp.backoffMaxMillis(),
                        tcp.strangersMax()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "quorate.placement.replica = 3 | quorate.placement.replica | quorate.placement.replicas",
                "quorate.placment.replicas = 3 | quorate.placment | quorate.placement",
                "quorate.http.prot = 80 | quorate.http.prot | quorate.http.port",
                "quorat.node.id = n1 | quorat | quorate",
                "quorate.http = 80 | quorate.http must hold settings | node.conf",
                "quorate.buckets.b { mode = leaderless, reed = ONE } | reed | the fields are mode",
                "quorate.cluster.members = [{ id = n2, hots = a, port = 1, http = \"http://a:1\" }] | hots | host",
            })
    void unknownKeyIsRefusedWithTheNearestKnownOne(String line, String wrong, String suggestion) {
        assertThatThrownBy(() -> load(LEAST + line + "\n", Map.of()))
                .isInstanceOf(NodeConfig.InvalidException.class)
                .hasMessageContaining(wrong)
                .hasMessageContaining(suggestion)
                .hasMessageContaining("node.conf: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "placement.partitions = 100 | placement.partitions = 100: must be a power of two",
                "placement.replicas = 0 | placement.replicas = 0: must be from 1 to 16",
                "placement.replicas = 4 | placement.replicas = 4: the cluster has only 3 nodes",
                "placement.replicas = many | placement.replicas = many",
                "storage.sync = sometimes | storage.sync = sometimes: must be group, interval or off",
                "http.port = 70000 | http.port = 70000: must be from 1 to 65535",
                "http.max-value = 1GiB | http.max-value",
                "http.max-value = big | http.max-value = big",
                "limits.requests-in-flight = 0 | limits.requests-in-flight = 0: must be at least 1",
                "limits.bytes-in-flight = 1KiB | must admit at least one value of http.max-value = 1048576",
                "limits.connections = 0 | limits.connections = 0",
                "faults.enabled = perhaps | faults.enabled = perhaps",
                "disk.reserve = 1000 | disk.reserve = 1000: must be from 1MiB to 1TiB",
                "storage.recent-records = 2TiB | storage.recent-records = \"2TiB\": must be from 0 to 1TiB",
                "limits.queue-min = 0 | limits.queue-min = 0: must be from 1 to 1000000",
                "limits.queue-max = 63 | limits.queue-max = 63: must be at least limits.queue-min = 64",
                "limits.queue-wait = 0s | limits.queue-wait = \"0s\": must be from 1ms to 60s",
                "limits.queue-wait = soon | limits.queue-wait = soon: cannot be; it is the wait",
                "pace.hedge-share = 1001 | pace.hedge-share = 1001: must be from 0 to 1000",
                "pace.hedge-after-max = 0.5ms | pace.hedge-after-max = \"0.5ms\": must be from 1ms to 60s",
                "pace.forward-after-max = 19ms | pace.forward-after-max = \"19ms\": must be from 20ms to 60s",
                "pace.silent-after = 2m | pace.silent-after = \"2m\": must be from 10ms to 60s",
                "pace.probe-every = 1us | pace.probe-every = \"1us\": must be from 10ms to 600s",
                "clocks.max-drift = 25h | clocks.max-drift = \"25h\": must be from 100ms to 24h",
                "clocks.max-drift = 99999999d | clocks.max-drift = \"99999999d\": must be from 100ms to 24h",
                "clocks.max-drift = -99999999d | clocks.max-drift = \"-99999999d\": must be from 100ms to 24h",
                "liveness.interval = 40ms | liveness.interval = \"40ms\": must be from 50ms to 60s",
                "liveness.interval = 1s | liveness.suspect-after = 1500 ms: must be at least twice liveness.interval = 1000 ms",
                "liveness.suspect-after = 1h | liveness.suspect-after = \"1h\": must be from 100ms to 600s",
                "links.tcp.data-queue = 1MiB | links.tcp.data-queue = 1048576: must be at least 1 MiB more than http.max-value",
                "links.tcp.data-queue = 1 | links.tcp.data-queue = 1: must be from 5",
                "links.tcp.control-queue = 2GiB | links.tcp.control-queue = \"2GiB\": must be from 5",
                "links.tcp.connect-timeout = 1ms | links.tcp.connect-timeout = \"1ms\": must be from 10ms to 60s",
                "links.tcp.silence = 2h | links.tcp.silence = \"2h\": must be from 100ms to 60s",
                "links.tcp.event-loops = 17 | links.tcp.event-loops = 17: must be from 1 to 16",
                "shutdown.drain = 61s | shutdown.drain = \"61s\": must be from 0 to 60s",
                "node.id = n4 | node.id = n4: is not among quorate.cluster.members",
                "node.id = N1 | node id 'N1' must be",
                "cluster.name = \"a b\" | cluster.name",
                "cluster.members = [] | cluster.members = []: must list at least this node",
                "cluster.members = [{ id = n2, http = \"http://a:1\" }] | lacks a field",
                "cluster.members = [{ id = n2, host = a, port = 1, http = \"a:1\" }] | must look like http://127.0.0.1:7101",
                "cluster.members = [{ id = n2, host = a, port = 1, http = \"http://a:1/x\" }] | must look like",
                "cluster.seeds = [] | cluster.seeds = []: must list from 1 to 64 addresses, or be left out",
                "cluster.seeds = h1 | cluster.seeds = h1: cannot be; it is where to look for members without a host",
                "cluster.seeds = [\"h1:x\"] | 'h1:x' must look like name:7301",
                "cluster.seeds = [\"h1:0\"] | 'h1:0' must look like name:7301",
                "cluster.seeds = [\":7301\"] | ':7301' must look like name:7301",
                "cluster.dns = \"http://h1\" | 'http://h1' must look like name:7301",
                "cluster.dns = h1 | every member has a host, so nobody would be looked for; leave out the hosts",
                "buckets.Carts { mode = leaderless } | a bucket's name is",
                "buckets.carts = 3 | quorate.buckets.carts = 3: must be like",
                "buckets.carts { mode = fast } | field 'mode'",
                "buckets.carts { mode = leaderless, n = 4 } | field 'n'",
            })
    void wrongValueIsRefusedNamingKeyValueAndRule(String line, String message) {
        assertThatThrownBy(() -> load(LEAST + "quorate." + line + "\n", Map.of()))
                .isInstanceOf(NodeConfig.InvalidException.class)
                .hasMessageContaining(message);
    }

    @Test
    void messageSaysWhereTheWrongValueWasSaid() {
        assertThatThrownBy(() -> load(LEAST + "quorate.placement.partitions = 100\n", Map.of()))
                .hasMessageContaining("node.conf: 8: quorate.placement.partitions = 100");
        assertThatThrownBy(() -> load(LEAST, Map.of("QUORATE_PLACEMENT_PARTITIONS", "100")))
                .hasMessageStartingWith(
                        "environment variable QUORATE_PLACEMENT_PARTITIONS: quorate.placement.partitions = 100");
    }

    @Test
    void oneAddressForTwoPurposesIsRefused() {
        String file = LEAST.replace("host = h2, port = 7201", "host = h2, port = 7201, peer-port = 7201");

        assertThatThrownBy(() -> load(file, Map.of())).hasMessageContaining("each needs one of its own");
    }

    @Test
    void strictRefusesBucketsWhoseReadsMayMissTheLatestWrite() throws IOException {
        String file =
                LEAST + "quorate.buckets-strict = true\nquorate.buckets.b { mode = leaderless, read = ONE, write = ";

        assertThatThrownBy(() -> load(file + "TWO }\n", Map.of()))
                .hasMessageContaining("read = ONE and write = TWO of n = 3")
                .hasMessageContaining("R + W > n");
        assertThat(load(file + "ALL }\n", Map.of()).buckets()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cluster.name", "cluster.members", "node.id"})
    void whatHasNoDefaultIsAskedForByName(String key) {
        String without = LEAST.replace("quorate." + key, "quorate.data.dir = x\n#");
        assertThatThrownBy(() -> load(
                        key.equals("cluster.members") ? "quorate.node.id = n2\nquorate.cluster.name = c" : without,
                        Map.of()))
                .hasMessageContaining("quorate." + key + " has to be set")
                .hasMessageContaining("QUORATE_");
    }

    @Test
    void variableThatNamesNoSettingIsWarnedOfAndNotRefused() throws IOException {
        Effective effective = effective(LEAST, Map.of("QUORATE_NODE_IDD", "n1", "QUORATE_HEAP", "1g", "PATH", "/bin"));

        assertThat(effective.warnings()).hasSize(1);
        assertThat(effective.warnings().get(0)).contains("QUORATE_NODE_IDD").contains("QUORATE_NODE_ID?");
    }

    @Test
    void everyValueSaysWhereItComesFrom() throws IOException {
        Effective effective =
                effective(LEAST + "quorate.storage.sync = off\n", Map.of("QUORATE_FAULTS_ENABLED", "true"));

        assertThat(effective.origin(Setting.SYNC)).endsWith("node.conf: 8");
        assertThat(effective.origin(Setting.FAULTS)).isEqualTo("environment variable QUORATE_FAULTS_ENABLED");
        assertThat(effective.origin(Setting.PARTITIONS)).isEqualTo("default");
        assertThat(effective.origin(Setting.HTTP_PORT)).isNull();
    }

    @Test
    void fileThatIsMissingOrBrokenIsRefusedInOneLine() throws IOException {
        assertThatThrownBy(() -> Effective.read(folder.resolve("nix.conf"), Map.of()))
                .hasMessageContaining("there is no configuration file")
                .hasMessageContaining("nix.conf");
        assertThatThrownBy(() -> Effective.read(folder, Map.of())).hasMessageContaining("is a folder");
        assertThatThrownBy(() -> load("quorate { node.id = n1", Map.of()))
                .hasMessageContaining("node.conf")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> load("quorate.node.id = ${NOWHERE}", Map.of())).hasMessageContaining("NOWHERE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1", "n2", "n3"})
    void exampleOfFoundMembersHasNoHosts(String node) {
        Path example = Path.of("../docs/examples/found-members/" + node + ".conf");

        NodeConfig config = ConfigLoader.load(Effective.read(example, Map.of()), null);

        assertThat(config.node().value()).isEqualTo(node);
        assertThat(config.members()).extracting(Member::host).containsOnly("");
        assertThat(config.links().discovery().places()).hasSize(2);
    }

    @Test
    void membersNeedAHostOrAPlaceToLookForThemAndTheFileShowsWhere() throws IOException {
        String without = LEAST.replace("host = h1, ", "");
        assertThatThrownBy(() -> load(without, Map.of()))
                .hasMessageContaining("lacks a field")
                .hasMessageContaining("cluster.seeds");
        String file = without + "quorate.cluster.dns = nodes.internal\n";

        NodeConfig config = load(file, Map.of());

        assertThat(config.members()).extracting(Member::host).containsExactly("", "h2", "h3");
        assertThat(config.links().discovery().setting()).isEqualTo("cluster.dns");
        assertThat(effective(file, Map.of()).origin(Setting.DNS)).endsWith("node.conf: 8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1", "n2", "n3"})
    void examplesAreAClusterOnTheAddressesOfTheDemo(String node) {
        Path example = Path.of("../docs/examples/three-nodes/" + node + ".conf");

        NodeConfig config = ConfigLoader.load(Effective.read(example, Map.of()), null);

        int number = List.of("n1", "n2", "n3").indexOf(node);
        assertThat(config.node().value()).isEqualTo(node);
        assertThat(config.self().http()).isEqualTo("http://127.0.0.1:" + (7101 + number));
        assertThat(config.self().port()).isEqualTo(7201 + number);
        assertThat(config.self().peerPort()).isEqualTo(7301 + number);
        assertThat(config.buckets())
                .extracting(bucket -> bucket.name() + " " + bucket.mode() + " n=" + bucket.n())
                .containsExactlyInAnyOrder("accounts LEADER n=3", "carts LEADERLESS n=3");
        assertThat(config.members())
                .isEqualTo(ConfigLoader.load(
                                Effective.read(Path.of("../docs/examples/three-nodes/n1.conf"), Map.of()), null)
                        .members());
    }
}
