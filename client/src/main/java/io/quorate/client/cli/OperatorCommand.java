package io.quorate.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.client.http.OperatorHttp;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks one node about itself, or has it do something: no call on data, so no client is opened. */
abstract class OperatorCommand implements Callable<Integer> {
    private static final Duration SLACK = Duration.ofSeconds(2);

    private ConnectionOptions connection = new ConnectionOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Streams streams;

    OperatorCommand(Streams streams) {
        this.streams = streams;
    }

    /** Takes the options that all commands share. */
    OperatorCommand with(ConnectionOptions shared) {
        connection = shared;
        return this;
    }

    /** An answer that was no success. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int exitCode;

        Refused(String message, int exitCode) {
            super(message);
            this.exitCode = exitCode;
        }
    }

    /** Does the work and returns the exit code. */
    abstract int run(Node node, Printer printer) throws InterruptedException;

    @Override
    public final Integer call() {
        Printer printer = new Printer(streams, connection.wantsJson());
        String name = spec == null ? "quorate" : spec.qualifiedName();
        try {
            return run(new Node(printer), printer);
        } catch (Refused e) {
            printer.note(name + ": " + e.getMessage());
            return e.exitCode;
        } catch (BadInput e) {
            printer.note(name + ": " + e.getMessage());
            return ExitCode.USAGE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.UNAVAILABLE;
        } finally {
            streams.out().flush();
        }
    }

    /** The first node that answers, of those given. */
    final class Node {
        private final OperatorHttp http = new OperatorHttp(connection.deadline());
        private final Printer printer;

        private Node(Printer printer) {
            this.printer = printer;
        }

        JsonNode get(String path) throws InterruptedException {
            return ask("GET", path, connection.deadline());
        }

        JsonNode post(String path) throws InterruptedException {
            return ask("POST", path, connection.deadline());
        }

        /** The deadline of the command, as the store takes it. */
        String timeout() {
            return connection.deadline().toMillis() + "ms";
        }

        private JsonNode parsed(URI url, String body) {
            try {
                return printer.parse(body);
            } catch (IllegalStateException e) {
                throw new Refused(url + " answered no JSON; is it a node of Quorate?", ExitCode.UNAVAILABLE);
            }
        }

        private JsonNode ask(String method, String path, Duration deadline) throws InterruptedException {
            String failures = "";
            for (URI url : connection.contactPoints()) {
                try {
                    OperatorHttp.Reply response = http.ask(method, URI.create(url + path), deadline.plus(SLACK));
                    JsonNode body = parsed(url, response.body());
                    if (response.status() >= 400 && response.status() != 408) {
                        throw new Refused(
                                body.path("detail").asText("answered " + response.status()),
                                response.status() >= 500 ? ExitCode.UNAVAILABLE : ExitCode.USAGE);
                    }
                    return body;
                } catch (IOException e) {
                    failures = failures + (failures.isEmpty() ? "" : "; ") + url + ": "
                            + (e.getMessage() == null ? "cannot be reached" : e.getMessage());
                }
            }
            throw new Refused(failures, ExitCode.UNAVAILABLE);
        }
    }
}
