package io.quorate.client.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code quorate} command with what a client can do. */
@Command(
        name = "quorate",
        mixinStandardHelpOptions = true,
        description = "A replicated key-value store.",
        footerHeading = "%nPrograms with commands and options of their own:%n",
        footer = {
            "  demo     Starts three nodes in one process, for a first try.",
            "  server   Starts one node of a cluster as a process of its own.",
            "  config   Checks a node's settings without starting it.",
            "  bench    Measures a running store.",
            "  chaos    Runs the protocols in a simulator, under faults."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:not found, or a precondition does not hold",
            "2:wrong use, or refused by the store",
            "3:not available now; nothing was written",
            "4:the write may have happened"
        })
public final class ClientMain implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    private ClientMain() {}

    public static void main(String[] arguments) {
        int code = commandLine(Streams.standard()).execute(arguments);
        System.exit(code);
    }

    static CommandLine commandLine(Streams streams) {
        return ClientCommands.addTo(new CommandLine(new ClientMain()), streams);
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "Missing command");
        }
    }
}
