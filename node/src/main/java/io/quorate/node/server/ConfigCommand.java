package io.quorate.node.server;

import io.quorate.node.config.NodeConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what a node's settings are without starting it. */
@Command(
        name = "config",
        description = "Checks a node's settings without starting it.",
        mixinStandardHelpOptions = true,
        subcommands = {ConfigCommand.Check.class, ConfigCommand.Keys.class})
public final class ConfigCommand implements Callable<Integer> {
    private static final int USAGE = 2;

    @Override
    public Integer call() {
        System.err.println("quorate: config needs a command: check or keys");
        return USAGE;
    }

    /** Prints what is in force and where it was said. */
    @Command(
            name = "check",
            description = "Prints every setting in force and where its value comes from; exit code 2 if one is wrong.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @Option(names = "--config", required = true, paramLabel = "FILE", description = "the node's settings (HOCON)")
        private @Nullable Path config;

        @Override
        public Integer call() {
            Path file = config;
            if (file == null) {
                return refused("--config FILE is needed");
            }
            try {
                Effective effective = Effective.read(file, System.getenv());
                for (Setting setting : Setting.ALL) {
                    print(effective, setting);
                }
                effective.warnings().forEach(warning -> System.err.println("quorate: " + warning));
                NodeConfig node = ConfigLoader.load(effective, null);
                System.err.println(
                        "quorate: these settings can start " + node.node() + " of cluster " + node.cluster());
                return 0;
            } catch (NodeConfig.InvalidException e) {
                return refused(e.getMessage());
            }
        }

        private static void print(Effective effective, Setting setting) {
            String origin = effective.origin(setting.key());
            System.out.println(
                    origin == null
                            ? "# " + setting.path() + " is not set"
                            : setting.path() + " = " + effective.shown(setting.key()) + "  # " + origin);
        }
    }

    /** Prints every setting there is. */
    @Command(
            name = "keys",
            description = "Lists every setting, its default and its environment variable.",
            mixinStandardHelpOptions = true)
    static final class Keys implements Callable<Integer> {
        @Override
        public Integer call() {
            for (Setting setting : Setting.ALL) {
                System.out.println("# " + setting.about());
                System.out.println("# " + setting.variable());
                System.out.println((setting.fallback() == null ? "# " : "") + setting.path() + " = "
                        + (setting.fallback() == null
                                ? (setting.required() ? "(required)" : "(derived)")
                                : setting.fallback()));
                System.out.println();
            }
            return 0;
        }
    }

    private static int refused(@Nullable String message) {
        System.err.println("quorate: " + message);
        return USAGE;
    }
}
