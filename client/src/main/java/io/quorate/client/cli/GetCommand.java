package io.quorate.client.cli;

import io.quorate.client.QuorateClient;
import io.quorate.client.data.LeaderRead;
import io.quorate.client.data.ReadResult;
import io.quorate.client.data.Sibling;
import io.quorate.client.data.Value;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code get}: prints a value's bytes, or a table of siblings. */
@Command(name = "get", mixinStandardHelpOptions = true, description = "Prints the value of a key.")
public final class GetCommand extends ClientCommand {
    @Mixin
    private KeyArguments key = new KeyArguments();

    @Mixin
    private ReadStrength strength = new ReadStrength();

    public GetCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(QuorateClient client, Printer printer) {
        if (strength.isLed(client, key.bucket())) {
            LeaderRead read = strength.led(client.bucket(key.bucket())).get(key.key());
            return printLed(read, strength.session().after(read.info()), printer);
        }
        ReadResult result = strength.of(client.bucket(key.bucket())).get(key.key());
        if (printer.isJson()) {
            printer.json(ResultTrees.of(result));
            return result.siblings().isEmpty() ? ExitCode.NOT_FOUND : ExitCode.DONE;
        }
        return result.fold(
                found -> printFound(found, printer),
                siblings -> printSiblings(siblings, printer),
                missing -> printMissing(missing, printer));
    }

    private int printLed(LeaderRead read, String session, Printer printer) {
        Value value = read.value().orElse(null);
        if (printer.isJson()) {
            printer.json(ResultTrees.of(read, session));
        } else if (value == null) {
            printer.note(
                    "not found: key " + key.keyText() + " in bucket " + key.bucket() + LeaderReport.where(read.info()));
            printer.note("session: " + session);
        } else {
            printer.note("content type: " + value.contentType());
            read.version().ifPresent(version -> printer.note("version: " + version.text()));
            printer.note("read at " + read.info().level() + LeaderReport.where(read.info()));
            printer.note("session: " + session);
            printer.raw(value.data());
        }
        return value == null ? ExitCode.NOT_FOUND : ExitCode.DONE;
    }

    /** The notes come first, lest they continue the value's last line on a terminal. */
    private static int printFound(ReadResult.Found found, Printer printer) {
        printer.note("content type: " + found.contentType());
        printer.note("context: " + found.context().token());
        printer.raw(found.value());
        return ExitCode.DONE;
    }

    private int printSiblings(ReadResult.Siblings result, Printer printer) {
        List<List<String>> rows = new ArrayList<>();
        for (Sibling sibling : result.siblings()) {
            rows.add(List.of(
                    sibling.dot(),
                    TextCells.onOneLine(sibling.contentType()),
                    Integer.toString(sibling.value().length()),
                    sibling.written().toString(),
                    TextCells.cell(sibling.value())));
        }
        printer.table(List.of("DOT", "CONTENT TYPE", "SIZE", "WRITTEN", "VALUE"), rows);
        printer.note(
                result.siblings().size() + " siblings, written without knowing of each other. To replace them by one: "
                        + "put " + key.bucket() + " " + key.keyText() + " VALUE --context TOKEN, with this token:");
        printer.note("context: " + result.context().token());
        return ExitCode.DONE;
    }

    private int printMissing(ReadResult.Missing missing, Printer printer) {
        printer.note("not found: key " + key.keyText() + " in bucket " + key.bucket());
        printer.note("context: " + missing.context().token());
        return ExitCode.NOT_FOUND;
    }
}
