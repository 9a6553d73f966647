package io.quorate.bench;

import io.quorate.bench.chaos.FailoverCommand;
import io.quorate.bench.chaos.KillAllCommand;
import io.quorate.bench.chaos.RunCommand;
import io.quorate.bench.sim.SimulateCommand;
import io.quorate.bench.sim.group.LeaderCommand;
import io.quorate.bench.sim.raft.GroupsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The programs that try to break the store. */
@Command(
        name = "chaos",
        description = "Tries to break the store.",
        mixinStandardHelpOptions = true,
        subcommands = {
            SimulateCommand.class,
            GroupsCommand.class,
            LeaderCommand.class,
            RunCommand.class,
            FailoverCommand.class,
            KillAllCommand.class
        })
public final class ChaosMain implements Runnable {
    private ChaosMain() {}

    /** Takes what follows {@code chaos} on the command line. */
    public static void main(String[] args) {
        CommandLine commands = new CommandLine(new ChaosMain()).setCaseInsensitiveEnumValuesAllowed(true);
        commands.setParameterExceptionHandler((error, arguments) -> {
            System.err.println("quorate chaos: " + error.getMessage());
            return 2;
        });
        System.exit(commands.execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.err);
    }
}
