package io.quorate.client.cli;

import picocli.CommandLine;

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
        CommandLine bucket = new CommandLine(new BucketCommand())
                .addSubcommand(new BucketCreateCommand(streams))
                .addSubcommand(new BucketListCommand(streams))
                .addSubcommand(new BucketGetCommand(streams))
                .addSubcommand(new BucketDeleteCommand(streams));
        main.addSubcommand(new PutCommand(streams))
                .addSubcommand(new GetCommand(streams))
                .addSubcommand(new DeleteCommand(streams))
                .addSubcommand(new ExplainCommand(streams))
                .addSubcommand(bucket)
                .addSubcommand(new RingCommand(streams));
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
