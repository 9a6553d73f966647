package io.quorate.client.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Puts the data and bucket commands under a main command, this module's or another's. */
public final class ClientCommands {
    private ClientCommands() {}

    /** Adds all commands, on the streams of the process. */
    public static CommandLine addTo(CommandLine main) {
        return addTo(main, Streams.standard());
    }

    /**
     * Adds all commands, and makes the main command answer wrong use with one line and exit code 2. Call it after the
     * main command's own commands were added, so that it holds for those too.
     */
    public static CommandLine addTo(CommandLine main, Streams streams) {
        ConnectionOptions shared = new ConnectionOptions();
        main.getCommandSpec().addMixin("connection", CommandSpec.forAnnotatedObject(shared));
        CommandLine bucket = new CommandLine(new BucketCommand())
                .addSubcommand(new BucketCreateCommand(streams).with(shared))
                .addSubcommand(new BucketListCommand(streams).with(shared))
                .addSubcommand(new BucketGetCommand(streams).with(shared))
                .addSubcommand(new BucketDeleteCommand(streams).with(shared));
        main.addSubcommand(new PutCommand(streams).with(shared))
                .addSubcommand(new GetCommand(streams).with(shared))
                .addSubcommand(new DeleteCommand(streams).with(shared))
                .addSubcommand(new ExplainCommand(streams).with(shared))
                .addSubcommand(bucket)
                .addSubcommand(new RingCommand(streams).with(shared))
                .addSubcommand(new HintsCommand(streams).with(shared))
                .addSubcommand(new GroupsCommand(streams).with(shared))
                .addSubcommand(new CommandLine(new AntiEntropyCommand(streams).with(shared))
                        .addSubcommand(new AntiEntropyCommand.Status(streams).with(shared))
                        .addSubcommand(new AntiEntropyCommand.Run(streams).with(shared)));
        main.setCaseInsensitiveEnumValuesAllowed(true);
        main.setParameterExceptionHandler((error, arguments) -> {
            CommandLine command = error.getCommandLine();
            String name = command.getCommandSpec().qualifiedName();
            new Printer(streams, false).note(name + ": " + error.getMessage() + " (see " + name + " --help)");
            return ExitCode.USAGE;
        });
        return main;
    }
}
