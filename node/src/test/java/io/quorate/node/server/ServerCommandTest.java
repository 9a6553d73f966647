package io.quorate.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What {@code server} and {@code config check} do with settings that cannot be: nothing but to say so. */
@ResourceLock(Resources.SYSTEM_ERR)
final class ServerCommandTest {
    private static final int USAGE = 2;

    @TempDir
    private Path folder;

    private String refusal(Object command, Path file) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
            System.setOut(System.err);
            assertThat(new CommandLine(command).execute("--config", file.toString()))
                    .isEqualTo(USAGE);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        return said.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("quorate: "))
                .reduce((one, other) -> {
                    throw new AssertionError("several lines: " + said);
                })
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "placement.replicas = 0 | quorate.placement.replicas = 0: must be from 1 to 16",
                "placement.partitions = 100 | quorate.placement.partitions = 100: must be a power of two from 1 to 65536",
                "buckets.b { mode = leaderless, n = 1, read = ZERO } | field 'read'",
                "buckets-strict = true, quorate.buckets.b { mode = leaderless, n = 1, write = ONE, read = ONE },"
                        + " quorate.buckets.c { mode = leaderless, n = 2, read = ONE, write = ONE }"
                        + " | quorate.buckets.c: read = ONE and write = ONE of n = 2: quorate.buckets-strict asks for R + W > n",
            })
    void wrongSettingIsExitCodeTwoWithKeyValueAndRuleAndNothingIsMade(String line, String message) throws IOException {
        Path data = folder.resolve("data");
        Path file = Files.writeString(folder.resolve("node.conf"), """
                quorate.node.id = n1
                quorate.cluster.name = c
                quorate.data.dir = "%s"
                quorate.cluster.members = [
                  { id = n1, host = "127.0.0.1", http = "http://127.0.0.1:1" }
                  { id = n2, host = "127.0.0.2", http = "http://127.0.0.2:1" }
                  { id = n3, host = "127.0.0.3", http = "http://127.0.0.3:1" }
                ]
                quorate.%s
                """.formatted(data, line));
        assertThat(refusal(new ServerCommand(), file)).contains("node.conf").contains(message);
        assertThat(data).doesNotExist();
        assertThat(refusal(new ConfigCommand.Check(), file)).contains(message);
    }
}
