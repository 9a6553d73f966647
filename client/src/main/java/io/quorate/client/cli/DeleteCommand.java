package io.quorate.client.cli;

import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.WriteResult;
import io.quorate.ring.bytes.Bytes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code delete}: removes what the context covers or, without one, what a read sees. */
@Command(name = "delete", mixinStandardHelpOptions = true, description = "Removes the value of a key.")
public final class DeleteCommand extends ClientCommand {
    @Mixin
    private KeyArguments key = new KeyArguments();

    @Mixin
    private WriteStrength strength = new WriteStrength();

    @Mixin
    private WriteReport report = new WriteReport();

    public DeleteCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(QuorateClient client, Printer printer) {
        LeaderlessView view = strength.of(client.bucket(key.bucket()));
        Bytes rawKey = key.key();
        WriteResult result =
                report.context(key).map(context -> view.delete(rawKey, context)).orElseGet(() -> view.delete(rawKey));
        return WriteReport.print(result, "deleted", printer);
    }
}
