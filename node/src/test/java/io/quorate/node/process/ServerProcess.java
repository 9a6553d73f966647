package io.quorate.node.process;

import io.quorate.node.NodeMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One {@code server} process on the class path of this test, and the signals that a process gets. */
final class ServerProcess {
    private final Process process;
    private final Path output;

    private ServerProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts it and returns at once. */
    static ServerProcess start(Path config, Path output, Map<String, String> environment, String... options)
            throws IOException {
        return start(List.of(), config, output, environment, options);
    }

    /**
     * Starts it and returns at once.
     *
     * @param prefix the command that runs it, such as one that enters a network namespace
     */
    static ServerProcess start(
            List<String> prefix, Path config, Path output, Map<String, String> environment, String... options)
            throws IOException {
        Path temporary = Files.createDirectories(output.resolveSibling(output.getFileName() + ".tmp"));
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName(),
                "server",
                "--config",
                config.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(environment);
        return new ServerProcess(builder.start(), output);
    }

    boolean isReady() {
        String text = text();
        if (!process.isAlive()) {
            throw new IllegalStateException("the server ended with code " + process.exitValue() + ": " + text);
        }
        return text.contains("ready:");
    }

    /** All that it and its predecessors on the same file have printed. */
    String text() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** SIGKILL: no warning, nothing is flushed. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** SIGTERM, and waits for the orderly end. */
    int terminate() throws InterruptedException {
        process.destroy();
        return exitCode(30);
    }

    int exitCode(int seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server did not end within " + seconds + " s: " + text());
        }
        return process.exitValue();
    }

    /** SIGSTOP: its sockets stay open and answer nothing. */
    void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** SIGCONT. */
    void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("kill " + signal + " ended with code " + code);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }
}
