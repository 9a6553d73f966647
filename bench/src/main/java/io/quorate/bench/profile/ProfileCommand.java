package io.quorate.bench.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code bench profile}: where the time in a JFR recording went. */
@Command(
        name = "profile",
        description = "Sorts the samples of a JFR recording by part of the program and by thread.",
        footer = {
            "",
            "To record a running node under load:",
            "  jcmd PID JFR.start name=load settings=profile duration=10s filename=/tmp/load.jfr",
            "and, when the ten seconds are over:",
            "  ./quorate bench profile /tmp/load.jfr"
        },
        mixinStandardHelpOptions = true)
public final class ProfileCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command is called.
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE.jfr", description = "A recording.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Override
    public Integer call() {
        Profile profile;
        try {
            profile = Profile.read(file);
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(), file + ": cannot be read as a JFR recording: " + e.getMessage(), e);
        }
        if (profile.samples() == 0) {
            throw new ParameterException(
                    spec.commandLine(), file + ": holds no samples; record with settings=profile while there is load");
        }
        spec.commandLine().getOut().print(profile.render());
        spec.commandLine().getOut().flush();
        return 0;
    }
}
