package io.quorate.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code groups}: a node's part in the groups of leader buckets. */
@Command(
        name = "groups",
        mixinStandardHelpOptions = true,
        description = "Shows a node's part in the groups of leader buckets, or has it hand the lead of one over.")
public final class GroupsCommand extends OperatorCommand {
    @Option(names = "--led", description = "Only those that the node leads.")
    private boolean led;

    @Option(
            names = "--transfer",
            paramLabel = "PARTITION",
            description = "Hand over the lead of this partition's group;" + " the node that is asked has to lead it.")
    private @Nullable Integer transfer;

    @Option(names = "--to", paramLabel = "NODE", description = "With --transfer: the home that is to lead.")
    private @Nullable String to;

    public GroupsCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(Node node, Printer printer) throws InterruptedException {
        if ((transfer == null) != (to == null)) {
            throw new BadInput("--transfer and --to go together: which partition, and which home is to lead it");
        }
        if (transfer != null) {
            JsonNode begun = node.post("/v1/groups/" + transfer + "/transfer?to=" + to);
            if (printer.isJson()) {
                printer.json(begun);
            } else {
                printer.line("the lead of partition " + transfer + " goes to " + to);
            }
            return ExitCode.DONE;
        }
        JsonNode report = node.get("/v1/groups");
        if (printer.isJson()) {
            printer.json(report);
            return ExitCode.DONE;
        }
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode group : report.path("groups")) {
            if (!led || group.path("role").asText().equals("leader")) {
                rows.add(row(group));
            }
        }
        printer.table(
                List.of("PARTITION", "ROLE", "LEADER", "TERM", "COMMIT", "APPLIED", "LAG", "KEYS", "FOLLOWERS"), rows);
        for (JsonNode group : report.path("groups")) {
            tell(printer, group, "halted");
            tell(printer, group, "alarm");
        }
        return ExitCode.DONE;
    }

    private static void tell(Printer printer, JsonNode group, String trouble) {
        if (group.has(trouble)) {
            printer.line(trouble.toUpperCase(Locale.ROOT) + ": partition "
                    + group.path("partition").asText() + ": "
                    + group.path(trouble).asText());
        }
    }

    private static List<String> row(JsonNode group) {
        String leader =
                group.path("leader").isNull() ? "none" : group.path("leader").asText();
        long lag = group.path("lagMs").asLong();
        List<String> followers = new ArrayList<>();
        for (JsonNode member : group.path("members")) {
            String node = member.path("node").asText();
            long behind = member.path("lagEntries").asLong();
            if (!node.equals(leader)) {
                followers.add(node + (behind == 0 ? "" : " -" + behind));
            }
        }
        return List.of(
                group.path("partition").asText(),
                group.has("halted") ? "halted" : group.path("role").asText(),
                leader,
                group.path("term").asText(),
                group.path("commit").asText(),
                group.path("applied").asText(),
                lag < 0 ? "unknown" : lag + " ms",
                group.path("keys").asText(),
                String.join(" ", followers));
    }
}
