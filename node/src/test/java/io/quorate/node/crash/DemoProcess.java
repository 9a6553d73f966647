package io.quorate.node.crash;

import io.quorate.node.NodeMain;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The demo as a process of its own, on the class path of this test. */
final class DemoProcess implements AutoCloseable {
    private static final int NODES = 3;
    private static final long START_NANOS = 90_000_000_000L;

    private final int httpPort;
    private final Process process;

    private DemoProcess(int httpPort, Process process) {
        this.httpPort = httpPort;
        this.process = process;
    }

    /**
     * Starts three nodes and returns when they serve.
     *
     * @param folder for the data, which is kept, the output, and what the process leaves in its temporary folder
     * @param ports so many free ports in sequence: three times the nodes
     */
    static DemoProcess start(Path folder, int ports) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        NodeMain.class.getName(),
                        "demo",
                        "--data",
                        folder.resolve("data").toString(),
                        "--http-port",
                        Integer.toString(ports),
                        "--port",
                        Integer.toString(ports + NODES),
                        "--peer-port",
                        Integer.toString(ports + 2 * NODES))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        DemoProcess demo = new DemoProcess(ports, process);
        try {
            demo.awaitReady(output);
            return demo;
        } catch (IOException | InterruptedException | RuntimeException e) {
            demo.close();
            throw e;
        }
    }

    private void awaitReady(Path output) throws IOException, InterruptedException {
        long until = System.nanoTime() + START_NANOS;
        while (!Files.readString(output).contains("ready:")) {
            boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
            if (ended || System.nanoTime() > until) {
                throw new IllegalStateException("the demo did not start: " + Files.readString(output));
            }
        }
    }

    /** The nodes' addresses, another one first for each {@code first}. */
    List<URI> urls(int first) {
        List<URI> urls = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            urls.add(URI.create("http://127.0.0.1:" + (httpPort + i)));
        }
        Collections.rotate(urls, first);
        return urls;
    }

    /** Ends it without any warning. What the operating system had taken is kept, unlike at a power cut. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
