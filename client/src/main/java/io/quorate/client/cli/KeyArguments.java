package io.quorate.client.cli;

import io.quorate.ring.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The first two arguments of the commands on keys. */
final class KeyArguments {
    @Parameters(index = "0", paramLabel = "BUCKET", description = "The bucket's name.")
    private String bucket = "";

    @Parameters(index = "1", paramLabel = "KEY", description = "The key, taken as UTF-8.")
    private String key = "";

    @Option(names = "--percent-key", description = "KEY is percent-encoded, for bytes that are no text.")
    private boolean percentKey;

    String bucket() {
        return bucket;
    }

    Bytes key() {
        return percentKey ? decode(key) : Bytes.ofUtf8(key);
    }

    /** The key as the user gave it. */
    String keyText() {
        return key;
    }

    private static Bytes decode(String text) {
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < in.length; i++) {
            if (in[i] != '%') {
                out.write(in[i]);
                continue;
            }
            int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
            int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw new BadInput("KEY: '" + text + "' has a % that is not followed by two hex digits");
            }
            out.write(high * 16 + low);
            i += 2;
        }
        return Bytes.wrap(out.toByteArray());
    }
}
