package io.quorate.bench;

import io.quorate.bench.contrast.ContrastCommand;
import io.quorate.bench.jmh.JmhCommand;
import io.quorate.bench.load.ClientCommand;
import io.quorate.bench.load.CompareCommand;
import io.quorate.bench.load.LoadCommand;
import io.quorate.bench.load.TableCommand;
import io.quorate.bench.profile.ProfileCommand;
import io.quorate.bench.repair.CatchUpCommand;
import io.quorate.bench.repair.RepairCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code bench}: measures a running store. Its subcommands do the work. */
@Command(
        name = "bench",
        description = "Measures a running store.",
        mixinStandardHelpOptions = true,
        subcommands = {
            LoadCommand.class,
            TableCommand.class,
            CompareCommand.class,
            ClientCommand.class,
            JmhCommand.class,
            ProfileCommand.class,
            RepairCommand.class,
            CatchUpCommand.class,
            ContrastCommand.class
        })
public final class BenchMain implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called.
    private CommandSpec spec;

    private static final int FAILED = 70;

    /** Runs the command with what follows {@code bench} on the command line and ends the process. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command, ready to execute: what fails is told in one line, with the exit code of a failed program. */
    public static CommandLine commandLine() {
        return new CommandLine(new BenchMain()).setExecutionExceptionHandler((failure, command, parsed) -> {
            String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
            command.getErr().println(command.getCommandName() + ": " + message);
            // No code of the contract: "not found" and the like are told by the command itself.
            return FAILED;
        });
    }

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "Choose what to measure: load, table, compare, client, jmh, profile, repair, catchup, contrast");
    }
}
