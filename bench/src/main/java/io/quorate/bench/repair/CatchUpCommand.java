package io.quorate.bench.repair;

import io.quorate.bench.local.AtExit;
import io.quorate.node.demo.DemoCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What it costs until a follower that was away has everything again. */
@Command(
        name = "catchup",
        description = {
            "Measures, on three servers, how long a node that was killed needs to catch up with the groups of a leader bucket.",
            "  LOG    what it lacks is spread over all groups, whose logs still have it",
            "  STATE  all that it lacks is of one group, whose log does not go back so far: it is sent the group's state"
        },
        mixinStandardHelpOptions = true)
public final class CatchUpCommand implements Callable<Integer> {
    private static final long MEBIBYTE = 1 << 20;

    @Option(names = "--way", split = ",", description = "which: ${COMPLETION-CANDIDATES} (default: all)")
    private List<CatchUp.Way> ways = List.of(CatchUp.Way.values());

    @Option(names = "--megabytes", defaultValue = "100", description = "MiB that it lacks (default 100)")
    private int megabytes;

    @Option(names = "--value-bytes", defaultValue = "1024", description = "bytes of a value (default 1024)")
    private int valueBytes;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (megabytes < 1 || megabytes > 10_000 || valueBytes < 1 || valueBytes > MEBIBYTE) {
            System.err.println("quorate: --megabytes must be from 1 to 10000, --value-bytes from 1 to " + MEBIBYTE);
            return 2;
        }
        int keys = (int) Math.max(1, megabytes * MEBIBYTE / valueBytes);
        for (CatchUp.Way way : ways) {
            Path folder = Files.createTempDirectory("quorate-catchup-");
            System.err.println("catchup: " + way + ", data and logs in " + folder);
            CatchUp servers = new CatchUp(folder);
            AtExit end = AtExit.run(servers::close);
            try {
                CatchUp.Result result = servers.measure(way, keys, valueBytes);
                System.out.printf(
                        Locale.ROOT,
                        "%s: %d keys of %d bytes: n3 serves %.1f s after its start and has everything after %.1f s;"
                                + " %.1f MiB sent, %.0f states taken%n",
                        way,
                        keys,
                        valueBytes,
                        result.servingSeconds(),
                        result.wholeSeconds(),
                        result.sentBytes() / MEBIBYTE,
                        result.statesTaken());
            } finally {
                end.close();
            }
            DemoCluster.deleteTree(folder);
        }
        return 0;
    }
}
