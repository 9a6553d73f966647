package io.quorate.node.server;

import com.google.common.collect.Sets;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigMemorySize;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.quorate.node.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is in force: the file, overridden by the environment, over the defaults; and where each value comes from. */
final class Effective {
    /** Read by the launcher and the log, not by the node's configuration. */
    private static final List<String> OTHER_VARIABLES =
            List.of("QUORATE_HEAP", "QUORATE_JAVA_OPTS", "QUORATE_LOG_LEVEL", "QUORATE_URL");

    private static final Duration TIME_MAX = Duration.ofDays(2);

    private final Config config;
    private final List<String> warnings;

    private Effective(Config config, List<String> warnings) {
        this.config = config;
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file and lays the environment over it.
     *
     * @throws NodeConfig.InvalidException for a file that cannot be read or parsed, or holds a key that is no setting
     */
    static Effective read(Path file, Map<String, String> environment) {
        Config said = parse(file);
        requireKnown(said);
        List<String> warnings = new ArrayList<>();
        Config overrides = overrides(environment, warnings);
        for (Setting setting : Setting.ALL) {
            // What the environment says replaces a list or an object of the file; the two are not mixed.
            said = overrides.hasPath(setting.path()) ? said.withoutPath(setting.path()) : said;
        }
        return new Effective(overrides.withFallback(said).withFallback(defaults()), warnings);
    }

    private static Config parse(Path file) {
        if (!Files.exists(file)) {
            throw new NodeConfig.InvalidException(
                    "there is no configuration file " + file + "; docs/examples/three-nodes has some to start from");
        }
        if (Files.isDirectory(file)) {
            throw new NodeConfig.InvalidException("configuration file " + file + " is a folder; name a file in it");
        }
        try {
            Files.readString(file);
            return ConfigFactory.parseFile(
                            file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
                    .resolve();
        } catch (IOException e) {
            throw new NodeConfig.InvalidException("configuration file " + file + " cannot be read: "
                    + e.getClass().getSimpleName());
        } catch (ConfigException e) {
            throw new NodeConfig.InvalidException("configuration file " + oneLine(e));
        }
    }

    private static Config defaults() {
        Config defaults = ConfigFactory.empty();
        for (Setting setting : Setting.ALL) {
            if (setting.fallback() != null) {
                defaults = defaults.withValue(setting.path(), parsed(setting.fallback(), "default"));
            }
        }
        return defaults;
    }

    private static Config overrides(Map<String, String> environment, List<String> warnings) {
        Config overrides = ConfigFactory.empty();
        for (Setting setting : Setting.ALL) {
            String text = environment.get(setting.variable());
            if (text != null) {
                String origin = "environment variable " + setting.variable();
                try {
                    overrides = overrides.withValue(setting.path(), parsed(text, origin));
                } catch (ConfigException e) {
                    throw new NodeConfig.InvalidException(origin + " = " + text + ": " + oneLine(e));
                }
            }
        }
        List<String> variables = Setting.ALL.stream().map(Setting::variable).toList();
        for (String name : environment.keySet()) {
            if (name.startsWith("QUORATE_") && !variables.contains(name) && !OTHER_VARIABLES.contains(name)) {
                // Not refused: a host may set variables of such names for reasons of its own.
                warnings.add("environment variable " + name + " is no setting and is ignored; did you mean "
                        + Nearest.to(name, variables) + "?");
            }
        }
        return overrides;
    }

    /** Text as it could stand behind {@code =} in the file; what does not read as such is a plain string. */
    private static ConfigValue parsed(String text, String origin) {
        String trimmed = text.strip();
        if (trimmed.startsWith("[") || trimmed.startsWith("{")) {
            return ConfigFactory.parseString(
                            "value = " + trimmed, ConfigParseOptions.defaults().setOriginDescription(origin))
                    .getValue("value");
        }
        return ConfigValueFactory.fromAnyRef(text, origin);
    }

    private static void requireKnown(Config said) {
        List<String> paths = Setting.ALL.stream().map(Setting::path).toList();
        Set<String> rooms = new TreeSet<>();
        for (String path : paths) {
            for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
                rooms.add(path.substring(0, dot));
            }
        }
        checkKnown(said.root(), "", paths, rooms);
    }

    private static void checkKnown(ConfigObject object, String prefix, List<String> paths, Set<String> rooms) {
        for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
            String path = prefix + entry.getKey();
            if (paths.contains(path)) {
                continue;
            }
            boolean room = rooms.contains(path);
            if (room && entry.getValue() instanceof ConfigObject deeper) {
                checkKnown(deeper, path + ".", paths, rooms);
            } else {
                throw new NodeConfig.InvalidException(at(entry.getValue().origin())
                        + path
                        + (room
                                ? " must hold settings, not a value"
                                : " is no setting; did you mean "
                                        + Nearest.to(path, Sets.union(Set.copyOf(paths), rooms)) + "?"));
            }
        }
    }

    private static String at(ConfigOrigin origin) {
        return origin.description() + ": ";
    }

    private static String oneLine(ConfigException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("cannot be parsed");
    }

    /** What is odd but no reason not to start. */
    List<String> warnings() {
        return warnings;
    }

    boolean has(String key) {
        return config.hasPath(Setting.ROOT + "." + key);
    }

    String text(String key) {
        return get(key, () -> config.getString(path(key)));
    }

    int number(String key) {
        return get(key, () -> config.getInt(path(key)));
    }

    boolean flag(String key) {
        return get(key, () -> config.getBoolean(path(key)));
    }

    /** Bytes; the file may say {@code 1MiB}. */
    long bytes(String key) {
        return get(key, () -> {
            ConfigMemorySize size = config.getMemorySize(path(key));
            return size.toBytes();
        });
    }

    /** A time; the file may say {@code 250ms}, and a bare number is milliseconds. Beyond two days it is two days. */
    long nanos(String key) {
        return get(key, () -> {
            Duration time = config.getDuration(path(key));
            return time.abs().compareTo(TIME_MAX) > 0
                    ? Long.signum(time.toSeconds()) * TIME_MAX.toNanos()
                    : time.toNanos();
        });
    }

    List<? extends Config> list(String key) {
        return get(key, () -> config.getConfigList(path(key)));
    }

    List<String> texts(String key) {
        return get(key, () -> config.getStringList(path(key)));
    }

    ConfigObject object(String key) {
        return get(key, () -> config.getObject(path(key)));
    }

    private interface Reading<T> {
        T read();
    }

    private <T> T get(String key, Reading<T> reading) {
        try {
            return reading.read();
        } catch (ConfigException.Missing e) {
            throw new NodeConfig.InvalidException(
                    path(key) + " has to be set, in the file or by the environment variable "
                            + Setting.ALL.stream()
                                    .filter(setting -> setting.key().equals(key))
                                    .findFirst()
                                    .orElseThrow()
                                    .variable()
                            + ": " + about(key));
        } catch (ConfigException e) {
            throw new NodeConfig.InvalidException(where(key) + path(key) + " = " + rendered(config.getValue(path(key)))
                    + ": cannot be; it is " + about(key));
        }
    }

    private static String about(String key) {
        return Setting.ALL.stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow()
                .about();
    }

    private static String path(String key) {
        return Setting.ROOT + "." + key;
    }

    /** Where a value was said, to stand before a message; empty for a default. */
    String where(String key) {
        String origin = origin(key);
        return origin == null || origin.equals("default") ? "" : origin + ": ";
    }

    /** Where a value comes from; null if it has none. */
    @Nullable
    String origin(String key) {
        return has(key) ? config.getValue(path(key)).origin().description() : null;
    }

    /** A value on one line. */
    String shown(String key) {
        return rendered(config.getValue(path(key)));
    }

    private static String rendered(ConfigValue value) {
        return value.render(ConfigRenderOptions.concise().setJson(false));
    }
}
