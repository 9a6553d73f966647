package io.quorate.client.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.QuorateClient;
import io.quorate.client.QuorateClients;
import io.quorate.ring.bytes.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RawPathTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "abcXYZ019-._~ abcXYZ019-._~",
                ". %2E",
                ".. %2E%2E",
                "... ...",
                ".a .a",
                "a/b a%2Fb",
                "a//b a%2F%2Fb",
                "a;p=1 a%3Bp%3D1",
                "a%b a%25b",
                "a%2Fb a%252Fb",
                "a+b?c#d a%2Bb%3Fc%23d",
                "ä %C3%A4",
            })
    void everyByteButTheUnreservedIsEncoded(String key, String segment) {
        assertThat(RawPath.segment(Bytes.ofUtf8(key))).isEqualTo(segment);
    }

    @Test
    void bytesThatAreNoTextAreEncodedToo() {
        assertThat(RawPath.segment(Bytes.wrap(new byte[] {(byte) 0xff, 1, (byte) 0x80, ' '})))
                .isEqualTo("%FF%01%80%20");
    }

    @ParameterizedTest
    @CsvSource({"..,%2E%2E", ".,%2E", "a/../b,a%2F..%2Fb", "a%b,a%25b", "a//b,a%2F%2Fb"})
    void theRequestLineHoldsTheSegmentByteForByte(String key, String segment) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                QuorateClient client = QuorateClients.http(URI.create("http://127.0.0.1:" + server.getLocalPort()))) {
            CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> firstLine(server));
            CompletableFuture<?> read =
                    client.bucket("b").atDefaults().async().get(key).toCompletableFuture();

            assertThat(line.get()).matches("GET /v1/buckets/b/keys/" + segment + "\\?timeout=[0-9]+ms HTTP/1.1");
            assertThat(read.handle((result, error) -> error != null).get()).isTrue();
        }
    }

    private static String firstLine(ServerSocket server) {
        try (Socket socket = server.accept()) {
            InputStream in = socket.getInputStream();
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c >= 0 && c != '\r'; c = in.read()) {
                line.append((char) c);
            }
            while (in.available() > 0) {
                in.skipNBytes(in.available());
            }
            socket.getOutputStream().write("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII));
            return line.toString();
        } catch (IOException e) {
            return "broken: " + e;
        }
    }
}
