package io.quorate.client.cli;

import io.quorate.client.LeaderView;
import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.LeaderWrite;
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

    @Mixin
    private LeaderReport led = new LeaderReport();

    public DeleteCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(QuorateClient client, Printer printer) {
        Bytes rawKey = key.key();
        if (strength.isLed(client, key.bucket(), led.given(), report.isGiven())) {
            LeaderView ledView = led.session().of(strength.led(client.bucket(key.bucket())));
            LeaderWrite deleted = led.expected()
                    .map(version -> ledView.compareAndDelete(rawKey, version))
                    .orElseGet(() -> ledView.delete(rawKey));
            return led.print(deleted, "deleted", printer);
        }
        LeaderlessView view = strength.of(client.bucket(key.bucket()));
        WriteResult result =
                report.context(key).map(context -> view.delete(rawKey, context)).orElseGet(() -> view.delete(rawKey));
        return WriteReport.print(result, "deleted", printer);
    }
}
