package io.quorate.bench.contrast;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.quorate.bench.BenchMain;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ContrastCommandTest {
    /** Refused before a server is started. */
    @ParameterizedTest
    @CsvSource({
        "--phase 0, --phase must be",
        "--phase 601, --phase must be",
        "--warmup -1, --warmup must be",
        "--clients 3, --clients must be an even number",
        "--clients 0, --clients must be an even number",
        "--reads 1, --reads must be",
        "--reads -0.1, --reads must be",
        "--keys 63, --keys must be",
        "--value-size 15, --value-size must be",
        "--timeout 0, --timeout must be",
        "--phase soon, Invalid value for option '--phase'",
        "--nodes 3, Unknown options",
    })
    void wrongInputIsRefusedWithItsReason(String arguments, String reason) {
        StringWriter err = new StringWriter();
        CommandLine bench = BenchMain.commandLine().setErr(new PrintWriter(err, true));

        int code = bench.execute(
                Splitter.on(' ').splitToStream("contrast " + arguments).toArray(String[]::new));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains(reason.replaceAll("^'|'$", ""));
    }
}
