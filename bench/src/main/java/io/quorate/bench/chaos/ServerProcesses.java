package io.quorate.bench.chaos;

import io.quorate.bench.local.NodeHttp;
import io.quorate.node.NodeMain;
import io.quorate.node.demo.DemoCluster;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Nodes that are processes of their own, as in production; the signals and cuts that they get are real. */
public final class ServerProcesses implements Victims {
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int STOP_SECONDS = 40;
    /** MiB of heap. */
    private static final int HEAP = 256;

    private static final String SLOW = "{\"delay\":{\"node\":\"%s\",\"ms\":200}}";

    private final Path folder;
    private final int heap;
    private final Network network;
    private final List<String> zones;
    private final @Nullable Process[] processes;
    private final NodeHttp http = new NodeHttp();
    private final List<URI> urls;
    private @Nullable SmallDisk smallDisk;

    private ServerProcesses(List<String> zones, Path folder, int heap, Network network) {
        this.folder = folder;
        this.heap = heap;
        this.network = network;
        this.zones = List.copyOf(zones);
        this.processes = new Process[zones.size()];
        this.urls = IntStream.range(0, zones.size()).mapToObj(network::url).toList();
    }

    /**
     * Starts them and waits until all serve; the last one on a small disk where this process may mount one.
     *
     * @param begun told of them before the first is started, so that they can be ended meanwhile
     */
    static ServerProcesses start(int nodes, Path folder, Network network, Consumer<Victims> begun)
            throws IOException, InterruptedException {
        List<String> zones =
                IntStream.rangeClosed(1, nodes).mapToObj(zone -> "z" + zone).toList();
        ServerProcesses servers = new ServerProcesses(zones, folder, HEAP, network);
        begun.accept(servers);
        return servers.start(true);
    }

    /** Starts one in each of these zones, all on the disk of their folder, and waits until all serve. */
    public static ServerProcesses inZones(List<String> zones, Path folder, Network network, Consumer<Victims> begun)
            throws IOException, InterruptedException {
        return inZones(zones, folder, HEAP, network, begun);
    }

    /** The same with so many MiB of heap each. */
    public static ServerProcesses inZones(
            List<String> zones, Path folder, int heap, Network network, Consumer<Victims> begun)
            throws IOException, InterruptedException {
        ServerProcesses servers = new ServerProcesses(zones, folder, heap, network);
        begun.accept(servers);
        return servers.start(false);
    }

    private ServerProcesses start(boolean withSmallDisk) throws IOException, InterruptedException {
        try {
            if (withSmallDisk) {
                smallDisk = SmallDisk.mount(data(processes.length - 1));
            }
            configure();
            startAll();
            return this;
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Path data(int node) {
        return folder.resolve(name(node));
    }

    private static String name(int node) {
        return "n" + (node + 1);
    }

    private void configure() throws IOException {
        String members = IntStream.range(0, processes.length)
                .mapToObj(node -> "    { id = %s, host = \"%s\", port = %d, peer-port = %d, http = \"%s\", zone = %s }"
                        .formatted(
                                name(node),
                                network.host(node),
                                network.systemPort(node),
                                network.peerPort(node),
                                network.url(node),
                                zones.get(node)))
                .collect(Collectors.joining("\n"));
        for (int node = 0; node < processes.length; node++) {
            Files.writeString(folder.resolve(name(node) + ".conf"), """
                    quorate {
                      node.id = %s
                      data.dir = "%s"
                      cluster {
                        name = chaos
                        members = [
                    %s
                        ]
                      }
                      placement { partitions = 64, replicas = 3 }
                      faults.enabled = true
                    }
                    """.formatted(name(node), data(node), members));
        }
    }

    private void launch(int node) throws IOException {
        List<String> command = new ArrayList<>(network.prefix(node));
        command.addAll(Arrays.asList(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap + "m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=1",
                "-Djava.library.path=" + System.getProperty("java.library.path"),
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName(),
                "server",
                "--config",
                folder.resolve(name(node) + ".conf").toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name(node) + ".log").toFile()));
        // The file alone says what they are.
        builder.environment().keySet().removeIf(variable -> variable.startsWith("QUORATE_"));
        processes[node] = builder.start();
    }

    private void await(int node) throws IOException, InterruptedException {
        long until = System.nanoTime() + START_NANOS;
        while (!http.isThere(urls.get(node))) {
            Process process = process(node);
            if (!process.isAlive()) {
                throw new IOException(name(node) + " ended with code " + process.exitValue() + "; its log is "
                        + folder.resolve(name(node) + ".log"));
            }
            if (System.nanoTime() - until > 0) {
                throw new IOException(name(node) + " does not serve after 60 s");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private Process process(int node) {
        Process process = processes[node];
        if (process == null) {
            throw new IllegalStateException(name(node) + " was never started");
        }
        return process;
    }

    @Override
    public Set<Fault> possible(int node) {
        EnumSet<Fault> possible = EnumSet.allOf(Fault.class);
        if (!network.isReal()) {
            possible.remove(Fault.UNPLUG);
        }
        boolean small = smallDisk != null && node == processes.length - 1;
        possible.remove(small ? Fault.WIPE : Fault.FULL_DISK);
        return possible;
    }

    @Override
    public void begin(Fault fault, int node) throws IOException, InterruptedException {
        switch (fault) {
            case STOP -> stop(node);
            case KILL -> kill(node);
            case WIPE -> {
                kill(node);
                DemoCluster.deleteTree(data(node));
            }
            case FREEZE -> signal("-STOP", node);
            case ISOLATE -> links("{\"isolate\":[\"" + name(node) + "\"]}");
            case ONE_WAY_CUT ->
                links("{\"cut-one-way\":{\"from\":[\"" + name(node) + "\"],\"to\":["
                        + IntStream.range(0, processes.length)
                                .filter(other -> other != node)
                                .mapToObj(other -> "\"" + name(other) + "\"")
                                .collect(Collectors.joining(","))
                        + "]}}");
            case SLOW -> links(SLOW.formatted(name(node)));
            case FULL_DISK -> disk().fill();
            case UNPLUG -> network.unplug(node);
        }
    }

    @Override
    public void end(Fault fault, int node) throws IOException, InterruptedException {
        switch (fault) {
            case STOP, KILL, WIPE -> {
                launch(node);
                await(node);
            }
            case FREEZE -> signal("-CONT", node);
            case ISOLATE, ONE_WAY_CUT, SLOW -> {
                for (URI url : urls) {
                    http.send(url, "DELETE", "/v1/faults", "");
                }
            }
            case FULL_DISK -> disk().free();
            case UNPLUG -> network.plugIn(node);
        }
    }

    private SmallDisk disk() {
        SmallDisk disk = smallDisk;
        if (disk == null) {
            throw new IllegalStateException("there is no small disk");
        }
        return disk;
    }

    /** Each process acts on its own links. */
    private void links(String fault) throws IOException, InterruptedException {
        for (URI url : urls) {
            http.send(url, "POST", "/v1/faults", fault);
        }
    }

    private void stop(int node) throws IOException, InterruptedException {
        process(node).destroy();
        if (!process(node).waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(name(node) + " does not end when it is told to");
        }
    }

    private void kill(int node) {
        process(node).destroyForcibly().onExit().join();
    }

    private void signal(String signal, int node) throws IOException, InterruptedException {
        int code = new ProcessBuilder(
                        "kill", signal, Long.toString(process(node).pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("kill " + signal + " ended with code " + code);
        }
    }

    @Override
    public void killAll() {
        for (int node = 0; node < processes.length; node++) {
            process(node).destroyForcibly();
        }
        for (int node = 0; node < processes.length; node++) {
            process(node).onExit().join();
        }
    }

    @Override
    public void startAll() throws IOException, InterruptedException {
        for (int node = 0; node < processes.length; node++) {
            launch(node);
        }
        for (int node = 0; node < processes.length; node++) {
            await(node);
        }
    }

    @Override
    public List<URI> urls() {
        return urls;
    }

    @Override
    public void close() {
        for (Process process : processes) {
            if (process != null && process.isAlive()) {
                process.destroyForcibly().onExit().join();
            }
        }
        SmallDisk disk = smallDisk;
        try {
            if (disk != null) {
                disk.unmount();
            }
        } catch (IOException e) {
            System.err.println("quorate: the small disk stays mounted: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            network.close();
        }
    }
}
