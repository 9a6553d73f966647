package io.quorate.client.cli;

import io.quorate.client.LeaderView;
import io.quorate.client.LeaderlessView;
import io.quorate.client.QuorateClient;
import io.quorate.client.data.LeaderWrite;
import io.quorate.client.data.Value;
import io.quorate.client.data.WriteResult;
import io.quorate.client.led.LeaderVersion;
import io.quorate.ring.bytes.Bytes;
import io.quorate.ring.wire.HttpNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code put}: stores a value. */
@Command(name = "put", mixinStandardHelpOptions = true, description = "Stores a value under a key.")
public final class PutCommand extends ClientCommand {
    /** What is read into memory before the store is asked; its own limit is lower. */
    private static final int INPUT_BYTES_MAX = 64 << 20;

    @Mixin
    private KeyArguments key = new KeyArguments();

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "VALUE",
            description = "The value as text; - reads it from standard input.")
    private @Nullable String text;

    @Option(names = "--file", paramLabel = "FILE", description = "Reads the value from a file.")
    private @Nullable Path file;

    @Option(
            names = "--content-type",
            paramLabel = "TYPE",
            description = "Default: " + Value.TEXT + " for VALUE, else " + HttpNames.OCTET_STREAM + ".")
    private @Nullable String contentType;

    @Mixin
    private WriteStrength strength = new WriteStrength();

    @Mixin
    private WriteReport report = new WriteReport();

    @Option(names = "--if-none-match", description = "Leader buckets: only if the key has no value.")
    private boolean ifNoneMatch;

    @Mixin
    private LeaderReport led = new LeaderReport();

    public PutCommand(Streams streams) {
        super(streams);
    }

    @Override
    int run(QuorateClient client, Printer printer) {
        Bytes rawKey = key.key();
        Value value = value();
        List<String> leaderOnly = new ArrayList<>(led.given());
        if (ifNoneMatch) {
            leaderOnly.add("--if-none-match");
        }
        if (strength.isLed(client, key.bucket(), leaderOnly, report.isGiven())) {
            return putLed(led.session().of(strength.led(client.bucket(key.bucket()))), rawKey, value, printer);
        }
        LeaderlessView view = strength.of(client.bucket(key.bucket()));
        WriteResult result = report.context(key)
                .map(context -> view.put(rawKey, value, context))
                .orElseGet(() -> view.put(rawKey, value));
        return WriteReport.print(result, "stored", printer);
    }

    private int putLed(LeaderView view, Bytes rawKey, Value value, Printer printer) {
        LeaderVersion expected = led.expected().orElse(null);
        if (ifNoneMatch && expected != null) {
            throw new BadInput("--if-match and --if-none-match: give one of the two");
        }
        LeaderWrite written;
        if (ifNoneMatch) {
            written = view.putIfAbsent(rawKey, value);
        } else {
            written = expected == null ? view.put(rawKey, value) : view.compareAndSet(rawKey, expected, value);
        }
        return led.print(written, "stored", printer);
    }

    private Value value() {
        String given = text;
        Path source = file;
        if ((given == null) == (source == null)) {
            throw new BadInput("give either VALUE (- for standard input) or --file FILE");
        }
        if (given != null && !given.equals("-")) {
            return typed(Bytes.ofUtf8(given), Value.TEXT);
        }
        String name = source == null ? "standard input" : source.toString();
        try (InputStream in = source == null ? streams().in() : Files.newInputStream(source)) {
            byte[] data = in.readNBytes(INPUT_BYTES_MAX + 1);
            if (data.length > INPUT_BYTES_MAX) {
                throw new BadInput(name + ": longer than " + INPUT_BYTES_MAX + " bytes");
            }
            return typed(Bytes.wrap(data), HttpNames.OCTET_STREAM);
        } catch (NoSuchFileException e) {
            throw new BadInput(name + ": no such file");
        } catch (IOException e) {
            throw new BadInput(name + ": cannot be read: " + e.getMessage());
        }
    }

    private Value typed(Bytes data, String defaultType) {
        return new Value(data, contentType == null ? defaultType : contentType);
    }
}
