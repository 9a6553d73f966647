package io.quorate.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.QuorateClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code ring}: the nodes and how many partitions each holds. */
@Command(name = "ring", mixinStandardHelpOptions = true, description = "Shows the nodes and their share of the ring.")
public final class RingCommand extends ClientCommand {
    public RingCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(QuorateClient client, Printer printer) {
        JsonNode tree = printer.parse(client.ring());
        if (printer.isJson()) {
            printer.json(tree);
            return ExitCode.DONE;
        }
        Map<String, Integer> first = new HashMap<>();
        Map<String, Integer> any = new HashMap<>();
        for (JsonNode homes : tree.path("assignment")) {
            for (int i = 0; i < homes.size(); i++) {
                String node = homes.path(i).asText("");
                any.merge(node, 1, Integer::sum);
                if (i == 0) {
                    first.merge(node, 1, Integer::sum);
                }
            }
        }
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode node : tree.path("nodes")) {
            String id = node.path("id").asText("?");
            rows.add(List.of(
                    id,
                    node.path("http").asText("-"),
                    node.path("dc").asText("-"),
                    node.path("zone").asText("-"),
                    node.path("state").asText("-"),
                    first.getOrDefault(id, 0).toString(),
                    any.getOrDefault(id, 0).toString()));
        }
        printer.line("epoch " + tree.path("epoch").asText("?") + ", "
                + tree.path("partitions").asText("?") + " partitions, "
                + tree.path("replicas").asText("?") + " replicas each");
        printer.table(List.of("NODE", "HTTP", "DC", "ZONE", "STATE", "FIRST", "PARTITIONS"), rows);
        return ExitCode.DONE;
    }
}
