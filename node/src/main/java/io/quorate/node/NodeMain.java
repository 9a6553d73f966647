package io.quorate.node;

import io.quorate.node.demo.DemoCommand;
import io.quorate.node.server.ConfigCommand;
import io.quorate.node.server.ServerCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program that runs nodes. */
@Command(
        name = "quorate",
        description = "A durable, replicated key-value store.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class NodeMain implements Runnable {
    private NodeMain() {}

    /** Ends the process with exit code 0, or 2 for anything that its user can mend. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new NodeMain());
        commands.addSubcommand(new DemoCommand());
        commands.addSubcommand(new ServerCommand());
        commands.addSubcommand(new ConfigCommand());
        commands.setParameterExceptionHandler((error, arguments) -> {
            System.err.println("quorate: " + error.getMessage());
            return 2;
        });
        return commands;
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.err);
    }
}
