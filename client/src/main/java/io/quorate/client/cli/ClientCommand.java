package io.quorate.client.cli;

import io.quorate.client.QuorateClient;
import io.quorate.client.error.QuorateException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that makes calls on a store: opens a client, and turns what fails into one line and an exit code. */
abstract class ClientCommand implements Callable<Integer> {
    private ConnectionOptions connection = new ConnectionOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Streams streams;

    ClientCommand(Streams streams) {
        this.streams = streams;
    }

    /** Takes the options that all commands share. */
    ClientCommand with(ConnectionOptions shared) {
        connection = shared;
        return this;
    }

    /** Does the work and returns the exit code. */
    abstract int run(QuorateClient client, Printer printer);

    @Override
    public final Integer call() {
        Printer printer = new Printer(streams, connection.wantsJson());
        try (QuorateClient client = connection.open()) {
            return run(client, printer);
        } catch (QuorateException e) {
            printer.note(name() + ": " + e.problem().toLine());
            return ExitCode.of(e);
        } catch (BadInput e) {
            printer.note(name() + ": " + e.getMessage());
            return ExitCode.USAGE;
        } finally {
            streams.out().flush();
        }
    }

    Streams streams() {
        return streams;
    }

    private String name() {
        return spec == null ? "quorate" : spec.qualifiedName();
    }
}
