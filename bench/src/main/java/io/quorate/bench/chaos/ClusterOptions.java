package io.quorate.bench.chaos;

import picocli.CommandLine.Option;

/** Which nodes a command loses. */
final class ClusterOptions {
    @Option(names = "--nodes", defaultValue = "3", description = "how many, 3 to 9 (default 3)")
    private int nodes;

    @Option(names = "--demo", description = "nodes inside this process (default: processes of their own)")
    private boolean demo;

    int nodes() {
        return nodes;
    }

    boolean hasServers() {
        return !demo;
    }
}
