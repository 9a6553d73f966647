package io.quorate.node.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.net.HostAndPort;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.quorate.node.config.NodeConfig;
import io.quorate.node.door.RefusedException;
import io.quorate.node.json.BucketJson;
import io.quorate.node.protocol.bucket.BucketDefinition;
import io.quorate.node.storage.SyncMode;
import io.quorate.node.transport.tcp.Discovery;
import io.quorate.ring.topology.Member;
import io.quorate.ring.topology.NodeId;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes a node's configuration of what is in force. Every message names the key, its value, where it was said and the rule. */
final class ConfigLoader {
    private static final List<String> MEMBER_FIELDS =
            List.of("id", "host", "port", "peer-port", "http", "zone", "dc", "capacity");
    private static final int SEEDS_MAX = 64;
    private static final String PLACE =
            "must look like name:7301 or 10.0.0.1:7301, with the peer-port of the node there";
    private static final int PORT = 7201;
    private static final int PEER_PORT = 7301;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Effective effective;

    private ConfigLoader(Effective effective) {
        this.effective = effective;
    }

    /**
     * Reads and checks everything.
     *
     * @param data what the command line says of the data directory; null if nothing
     * @throws NodeConfig.InvalidException with one line that says what to mend
     */
    static NodeConfig load(Effective effective, @Nullable Path data) {
        return new ConfigLoader(effective).load(data);
    }

    private NodeConfig load(@Nullable Path data) {
        String cluster = effective.text(Setting.CLUSTER_NAME);
        if (!cluster.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw wrong(Setting.CLUSTER_NAME, "must be 1 to 64 letters, digits, '.', '_' or '-'");
        }
        NodeId id = id(Setting.NODE_ID, effective.text(Setting.NODE_ID));
        List<Member> members = members();
        Member self = members.stream()
                .filter(member -> member.id().equals(id))
                .findFirst()
                .orElseThrow(() -> wrong(
                        Setting.NODE_ID,
                        "is not among quorate." + Setting.CLUSTER_MEMBERS + ", which lists "
                                + members.stream().map(Member::id).toList()));
        int replicas = effective.number(Setting.REPLICAS);
        try {
            NodeConfig config = config(cluster, id, members, self, replicas, data != null ? data : data(id));
            config.validate();
            return config;
        } catch (NodeConfig.InvalidException e) {
            throw new NodeConfig.InvalidException(whereSaid(e.getMessage()));
        }
    }

    private NodeConfig config(String cluster, NodeId id, List<Member> members, Member self, int replicas, Path data) {
        TuningLoader tuning = new TuningLoader(effective);
        return new NodeConfig(
                cluster,
                id,
                members,
                effective.number(Setting.PARTITIONS),
                replicas,
                data,
                sync(),
                http(self),
                new NodeConfig.Limits(
                        Math.toIntExact(Math.min(Integer.MAX_VALUE, effective.bytes(Setting.MAX_VALUE))),
                        effective.number(Setting.REQUESTS),
                        effective.bytes(Setting.BYTES),
                        effective.number(Setting.CONNECTIONS)),
                buckets(replicas),
                effective.flag(Setting.FAULTS),
                new NodeConfig.Links(
                        NodeConfig.Carrier.TCP,
                        effective.has(Setting.PEER_HOST) ? effective.text(Setting.PEER_HOST) : null,
                        tuning.tcp(),
                        discovery()),
                tuning.tuning());
    }

    /** A message about a setting, with the place in front where somebody has set it. */
    private String whereSaid(@Nullable String message) {
        String text = String.valueOf(message);
        for (Setting setting : Setting.ALL) {
            if (text.startsWith(setting.key() + " ")) {
                return effective.where(setting.key()) + Setting.ROOT + "." + text;
            }
        }
        return text;
    }

    private Path data(NodeId id) {
        return effective.has(Setting.DATA_DIR)
                ? Path.of(effective.text(Setting.DATA_DIR))
                : Path.of("data", id.value());
    }

    private SyncMode sync() {
        return SyncMode.parse(effective.text(Setting.SYNC))
                .orElseThrow(() -> wrong(Setting.SYNC, "must be group, interval or off"));
    }

    private NodeConfig.Http http(Member self) {
        URI url = URI.create(self.http());
        return new NodeConfig.Http(
                effective.has(Setting.HTTP_HOST) ? effective.text(Setting.HTTP_HOST) : url.getHost(),
                effective.has(Setting.HTTP_PORT) ? effective.number(Setting.HTTP_PORT) : url.getPort());
    }

    private Discovery discovery() {
        ImmutableList.Builder<HostAndPort> places = ImmutableList.builder();
        if (effective.has(Setting.SEEDS)) {
            List<String> seeds = effective.texts(Setting.SEEDS);
            if (seeds.isEmpty() || seeds.size() > SEEDS_MAX) {
                throw wrong(Setting.SEEDS, "must list from 1 to " + SEEDS_MAX + " addresses, or be left out");
            }
            seeds.forEach(seed -> places.add(place(Setting.SEEDS, seed)));
        }
        if (effective.has(Setting.DNS)) {
            places.add(place(Setting.DNS, effective.text(Setting.DNS)));
        }
        return Discovery.of(
                effective.has(Setting.SEEDS) ? Setting.SEEDS : effective.has(Setting.DNS) ? Setting.DNS : "",
                places.build());
    }

    private HostAndPort place(String key, String text) {
        try {
            HostAndPort place = HostAndPort.fromString(text.strip()).withDefaultPort(PEER_PORT);
            if (place.getPort() > 0 && place.getHost().matches("[A-Za-z0-9._:-]+")) {
                return place;
            }
        } catch (IllegalArgumentException e) {
            throw wrong(key, "'" + text + "' " + PLACE + ": " + e.getMessage());
        }
        throw wrong(key, "'" + text + "' " + PLACE);
    }

    private boolean looksForMembers() {
        return effective.has(Setting.SEEDS) || effective.has(Setting.DNS);
    }

    private List<Member> members() {
        List<Member> members = new ArrayList<>();
        for (Config member : effective.list(Setting.CLUSTER_MEMBERS)) {
            members.add(member(member));
        }
        if (members.isEmpty()) {
            throw wrong(Setting.CLUSTER_MEMBERS, "must list at least this node");
        }
        return members;
    }

    private Member member(Config from) {
        String where = from.origin().description() + ": a member in quorate." + Setting.CLUSTER_MEMBERS;
        for (String field : from.root().keySet()) {
            if (!MEMBER_FIELDS.contains(field)) {
                throw new NodeConfig.InvalidException(where + " has the field " + field
                        + ", which is none; did you mean " + Nearest.to(field, MEMBER_FIELDS) + "?");
            }
        }
        try {
            NodeId id = id(Setting.CLUSTER_MEMBERS, from.getString("id"));
            return new Member(
                    id,
                    from.hasPath("dc") ? from.getString("dc") : "dc1",
                    from.hasPath("zone") ? from.getString("zone") : id.value(),
                    from.hasPath("capacity") ? from.getDouble("capacity") : 1,
                    url(where, from.getString("http")),
                    from.hasPath("host") || !looksForMembers() ? from.getString("host") : "",
                    from.hasPath("port") ? from.getInt("port") : PORT,
                    from.hasPath("peer-port") ? from.getInt("peer-port") : PEER_PORT);
        } catch (ConfigException.Missing e) {
            throw new NodeConfig.InvalidException(where + " "
                    + from.root().render(ConfigRenderOptions.concise().setJson(false))
                    + " lacks a field; each needs id, http and host, which may be left out where quorate."
                    + Setting.SEEDS + " or quorate." + Setting.DNS + " says where to look for it");
        } catch (ConfigException | IllegalArgumentException e) {
            throw new NodeConfig.InvalidException(where + ": " + e.getMessage());
        }
    }

    private static String url(String where, String text) {
        try {
            URI url = new URI(text);
            boolean bare = url.getPath() == null
                    || url.getPath().isEmpty()
                    || url.getPath().equals("/");
            if ("http".equals(url.getScheme()) && url.getHost() != null && url.getPort() > 0 && bare) {
                return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
            }
        } catch (URISyntaxException e) {
            throw new NodeConfig.InvalidException(where + ": http = " + text + " is no address: " + e.getReason());
        }
        throw new NodeConfig.InvalidException(
                where + ": http = " + text + ": must look like http://127.0.0.1:7101, with a port and no path");
    }

    private NodeId id(String key, String text) {
        try {
            return NodeId.of(text);
        } catch (IllegalArgumentException e) {
            throw wrong(key, String.valueOf(e.getMessage()));
        }
    }

    private List<BucketDefinition> buckets(int replicas) {
        ConfigObject said = effective.object(Setting.BUCKETS);
        List<BucketDefinition> buckets = new ArrayList<>();
        boolean strict = effective.flag(Setting.STRICT);
        for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(said).entrySet()) {
            String where =
                    entry.getValue().origin().description() + ": quorate." + Setting.BUCKETS + "." + entry.getKey();
            BucketDefinition bucket = bucket(where, entry.getKey(), entry.getValue(), replicas);
            int overlap = bucket.read().need(bucket.n()) + bucket.write().need(bucket.n());
            if (strict && !bucket.isLed() && overlap <= bucket.n()) {
                throw new NodeConfig.InvalidException(where + ": read = " + bucket.read() + " and write = "
                        + bucket.write() + " of n = " + bucket.n() + ": quorate." + Setting.STRICT
                        + " asks for R + W > n, so that a read sees the latest write");
            }
            buckets.add(bucket);
        }
        return buckets;
    }

    private static BucketDefinition bucket(String where, String name, ConfigValue value, int replicas) {
        if (!BucketDefinition.isValidName(name)) {
            throw new NodeConfig.InvalidException(
                    where + ": a bucket's name is 1 to 64 of a-z 0-9 . _ -, first a letter or digit");
        }
        try {
            JsonNode json = JSON.readTree(value.render(ConfigRenderOptions.concise()));
            if (!(json instanceof ObjectNode object)) {
                throw new NodeConfig.InvalidException(where + " = " + json + ": must be like { mode = leaderless }");
            }
            return new BucketJson(replicas).read(name, object);
        } catch (RefusedException e) {
            throw new NodeConfig.InvalidException(where + ": " + e.getMessage());
        } catch (JsonProcessingException e) {
            throw new NodeConfig.InvalidException(where + ": " + e.getOriginalMessage());
        }
    }

    private NodeConfig.InvalidException wrong(String key, String rule) {
        return new NodeConfig.InvalidException(
                effective.where(key) + "quorate." + key + " = " + effective.shown(key) + ": " + rule);
    }
}
