package io.quorate.node.transport.cut;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Network namespaces with an address each, joined by a bridge in one more. A member can be unplugged: its link stays up, but
 * nothing passes any more, and nobody is told. Needs the rights to make namespaces, as root has.
 */
final class Namespaces implements AutoCloseable {
    private final String prefix = "q" + ProcessHandle.current().pid();
    private final String hub = prefix + "hub";
    private final Deque<String> made = new ArrayDeque<>();

    /** What is wrong if no namespaces can be made here. */
    static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnavailableException(String message) {
            super(message);
        }
    }

    /** Makes so many members; removes what it has made if it cannot make all. */
    static Namespaces of(int members) throws UnavailableException {
        Namespaces spaces = new Namespaces();
        try {
            spaces.make(members);
            return spaces;
        } catch (IllegalStateException e) {
            spaces.close();
            throw new UnavailableException(String.valueOf(e.getMessage()));
        }
    }

    private void make(int members) {
        add(hub);
        ip("-n", hub, "link", "add", "bridge0", "type", "bridge");
        ip("-n", hub, "link", "set", "bridge0", "up");
        for (int i = 1; i <= members; i++) {
            add(name(i));
            ip("-n", hub, "link", "add", port(i), "type", "veth", "peer", "name", "eth0", "netns", name(i));
            ip("-n", hub, "link", "set", port(i), "master", "bridge0", "up");
            ip("-n", name(i), "addr", "add", address(i) + "/24", "dev", "eth0");
            ip("-n", name(i), "link", "set", "eth0", "up");
            ip("-n", name(i), "link", "set", "lo", "up");
        }
    }

    private void add(String name) {
        ip("netns", "add", name);
        made.push(name);
    }

    private String name(int member) {
        return prefix + "m" + member;
    }

    private static String port(int member) {
        return "port" + member;
    }

    String address(int member) {
        return "10.77.0." + member;
    }

    void unplug(int member) {
        ip("-n", hub, "link", "set", port(member), "nomaster");
    }

    void plugIn(int member) {
        ip("-n", hub, "link", "set", port(member), "master", "bridge0");
    }

    /** The command that runs another inside a member. */
    List<String> inside(int member, List<String> command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name(member)));
        all.addAll(command);
        return all;
    }

    private static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + said.strip());
            }
        } catch (IOException e) {
            throw new IllegalStateException(String.join(" ", command) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        while (!made.isEmpty()) {
            ip("netns", "del", made.pop());
        }
    }
}
