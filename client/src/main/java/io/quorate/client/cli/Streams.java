package io.quorate.client.cli;

import java.io.InputStream;
import java.io.PrintStream;

/**
 * Where a command reads and writes.
 *
 * @param out data only
 * @param err notes and errors
 */
public record Streams(InputStream in, PrintStream out, PrintStream err) {
    /** Those of the process. */
    public static Streams standard() {
        return new Streams(System.in, System.out, System.err);
    }
}
