package io.quorate.bench.chaos;

import io.quorate.bench.local.AtExit;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network for one run: each node in a namespace of its own, joined by a bridge that stands where this process is. That has
 * to be a namespace of its own too, so that nothing of the machine's network is touched.
 */
final class Cables implements Network {
    /** Set in the environment of the process that was put into a namespace of its own. */
    static final String INSIDE = "QUORATE_CHAOS_INSIDE";

    private static final String BRIDGE = "bridge0";

    private final String prefix = "qc" + ProcessHandle.current().pid() + "-";
    private final Deque<String> made = new ArrayDeque<>();

    /** Runs this very program again inside a network of its own, and waits for its end; its exit code. */
    static int runInside() throws IOException, InterruptedException {
        // The whole of it, as the kernel has it: long class paths are cut short elsewhere.
        byte[] own = Files.readAllBytes(Path.of("/proc/self/cmdline"));
        List<String> command = new ArrayList<>(List.of("unshare", "--net", "--"));
        command.addAll(List.of(new String(own, StandardCharsets.UTF_8).split("\0")));
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put(INSIDE, "yes");
        Process inside = builder.start();
        AtExit end = AtExit.run(inside::destroy);
        try {
            return inside.waitFor();
        } finally {
            end.close();
        }
    }

    /** Lays them to so many nodes; fails with an {@link IOException} where this process may not. */
    static Cables lay(int nodes) throws IOException, InterruptedException {
        if (System.getenv(INSIDE) == null) {
            throw new IOException("cables are laid only inside a network of their own");
        }
        Cables cables = new Cables();
        try {
            ip("link", "set", "lo", "up");
            ip("link", "add", BRIDGE, "type", "bridge");
            ip("addr", "add", "10.77.0.254/24", "dev", BRIDGE);
            ip("link", "set", BRIDGE, "up");
            for (int node = 0; node < nodes; node++) {
                cables.connect(node);
            }
            return cables;
        } catch (IOException | InterruptedException e) {
            cables.close();
            throw e;
        }
    }

    private void connect(int node) throws IOException, InterruptedException {
        String room = room(node);
        ip("netns", "add", room);
        made.push(room);
        ip("link", "add", plug(node), "type", "veth", "peer", "name", "eth0", "netns", room);
        ip("link", "set", plug(node), "master", BRIDGE, "up");
        ip("-n", room, "addr", "add", host(node) + "/24", "dev", "eth0");
        ip("-n", room, "link", "set", "eth0", "up");
        ip("-n", room, "link", "set", "lo", "up");
    }

    private String room(int node) {
        return prefix + (node + 1);
    }

    private static String plug(int node) {
        return "plug" + (node + 1);
    }

    @Override
    public String host(int node) {
        return "10.77.0." + (node + 1);
    }

    @Override
    public int systemPort(int node) {
        return 7201;
    }

    @Override
    public int peerPort(int node) {
        return 7301;
    }

    @Override
    public URI url(int node) {
        return URI.create("http://" + host(node) + ":7101");
    }

    @Override
    public List<String> prefix(int node) {
        return List.of("ip", "netns", "exec", room(node));
    }

    @Override
    public boolean isReal() {
        return true;
    }

    @Override
    public void unplug(int node) throws IOException, InterruptedException {
        ip("link", "set", plug(node), "nomaster");
    }

    @Override
    public void plugIn(int node) throws IOException, InterruptedException {
        ip("link", "set", plug(node), "master", BRIDGE);
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }

    @Override
    public void close() {
        while (!made.isEmpty()) {
            String room = made.pop();
            try {
                ip("netns", "del", room);
            } catch (IOException e) {
                System.err.println("quorate: network namespace " + room + " stays: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
