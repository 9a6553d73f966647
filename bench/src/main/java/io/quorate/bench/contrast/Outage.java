package io.quorate.bench.contrast;

import io.quorate.bench.chaos.Fault;
import io.quorate.bench.chaos.Victims;
import io.quorate.bench.local.NodeHttp;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Kills nodes, cuts sides off, and undoes it. */
final class Outage {
    private static final long LEADS_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Victims victims;
    private final Sides sides;
    private final NodeHttp http = new NodeHttp();

    Outage(Victims victims, Sides sides) {
        this.victims = victims;
        this.sides = sides;
    }

    /** How many groups a node leads. */
    int leads(int node) throws IOException, InterruptedException {
        return (int)
                http.metrics(victims.urls().get(node)).sum("quorate_groups_led").orElse(0);
    }

    private int leads(List<Integer> nodes) throws IOException, InterruptedException {
        int leads = 0;
        for (int node : nodes) {
            leads += leads(node);
        }
        return leads;
    }

    /** Waits until each group has a leader. */
    void awaitLeaders(int groups) throws IOException, InterruptedException {
        long until = System.nanoTime() + LEADS_NANOS;
        int led = 0;
        while (led != groups) {
            if (System.nanoTime() - until > 0) {
                throw new IOException("of " + groups + " groups " + led + " have a leader after 60 s");
            }
            TimeUnit.MILLISECONDS.sleep(100);
            led = leads(sides.away()) + leads(sides.rest());
        }
    }

    /** The node that leads most groups. */
    int mostLeads() throws IOException, InterruptedException {
        int most = 0;
        for (int node = 1; node < victims.urls().size(); node++) {
            most = leads(node) > leads(most) ? node : most;
        }
        return most;
    }

    /** Kills a node; what that meant, in words. */
    String kill(int node) throws IOException, InterruptedException {
        String text = "n" + (node + 1) + " killed, which led " + leads(node) + " groups";
        victims.begin(Fault.KILL, node);
        return text;
    }

    /** Starts it again and waits until it serves. */
    void start(int node) throws IOException, InterruptedException {
        victims.end(Fault.KILL, node);
    }

    /** Cuts one side off; in force when this returns what that meant, in words. */
    String cut() throws IOException, InterruptedException {
        String text = sides.away().stream().map(node -> "n" + (node + 1)).collect(Collectors.joining(" and "))
                + " cut off, which led " + leads(sides.away()) + " groups";
        // Each process acts on its own links.
        for (URI url : victims.urls()) {
            http.send(url, "POST", "/v1/faults", sides.cut());
        }
        return text;
    }

    void heal() throws IOException, InterruptedException {
        for (URI url : victims.urls()) {
            http.send(url, "DELETE", "/v1/faults", "");
        }
    }
}
