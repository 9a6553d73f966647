package io.quorate.client.http.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.http.engine.ReplyParser.MalformedException;
import io.quorate.node.fixture.Fuzz;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever a server sends, however it is cut: answers within limits, or the one exception, and the same for every cut. */
final class ReplyParserFuzzTest {
    private static final int BODY_MAX = 1000;
    private static final int TRAILERS_MAX = 64;
    private static final int CHUNK_LINE_MAX = 1024;

    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String WITH_LENGTH = OK + "Content-Length: 5\r\nQuorate-Context: abc\r\n\r\nhello";
    private static final String WITHOUT_BODY = "HTTP/1.1 204 No Content\r\nETag: \"x\"\r\n\r\n";
    private static final String EMPTY = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    private static final String CHUNKED =
            OK + "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\nA\r\nllo, hello\r\n0\r\nTrailer: t\r\n\r\n";
    private static final String INTERIM = "HTTP/1.1 100 Continue\r\nA: b\r\n\r\n";
    private static final String BARE_NEWLINES = "HTTP/1.1 200 \nContent-Length: 2\n\nhi";
    private static final String TO_THE_END = "HTTP/1.0 200 OK\r\nA: b\r\n\r\nup to the end";
    private static final String CLOSING = OK + "Connection: close\r\nContent-Length: 3\r\n\r\nbye";
    private static final String PIPELINED = WITH_LENGTH
            + WITHOUT_BODY
            + CHUNKED
            + INTERIM
            + EMPTY
            + BARE_NEWLINES
            + INTERIM
            + INTERIM
            + CHUNKED
            + TO_THE_END;

    /** The exception in a form that may pass through a consumer. */
    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private RefusedException(MalformedException cause) {
            super(cause);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What all answers of a stream come to; the last words say how it ended. */
    private static List<String> read(byte[] stream, int... cuts) {
        ReplyParser parser = new ReplyParser(BODY_MAX);
        List<String> read = new ArrayList<>();
        int from = 0;
        try {
            for (int i = 0; i <= cuts.length; i++) {
                int to = i < cuts.length ? cuts[i] : stream.length;
                ByteBuffer piece = ByteBuffer.wrap(stream, from, to - from);
                while (piece.hasRemaining()) {
                    if (parser.feed(piece)) {
                        read.add(described(parser));
                        parser.reset();
                    } else {
                        assertThat(piece.hasRemaining())
                                .as("left although it wants more")
                                .isFalse();
                    }
                }
                from = to;
            }
        } catch (MalformedException e) {
            read.add("refused: " + e.getMessage());
            return read;
        }
        if (parser.isUntouched()) {
            read.add("ended");
        } else if (parser.end()) {
            read.add(described(parser));
        } else {
            read.add("cut off");
        }
        return read;
    }

    private static String described(ReplyParser parser) {
        WireReply reply = parser.reply();
        assertThat(reply.status()).isBetween(0, 999);
        assertThat(reply.body().length()).isLessThanOrEqualTo(BODY_MAX);
        return reply.status() + " " + reply.headers() + " " + reply.body().toUtf8() + " " + parser.keepsAlive();
    }

    @Test
    void mutatedAnswersCutAnywhere() {
        int[] wholly = {0};
        Fuzz.ofTexts(
                        31,
                        WITH_LENGTH,
                        WITHOUT_BODY,
                        CHUNKED,
                        INTERIM + EMPTY,
                        BARE_NEWLINES,
                        TO_THE_END,
                        CLOSING,
                        PIPELINED,
                        INTERIM + CHUNKED + WITH_LENGTH)
                .run(RefusedException.class, data -> {
                    List<String> whole = read(data);
                    Random random = new Random(Arrays.hashCode(data));
                    int[] cuts = random.ints(random.nextInt(1, 8), 0, data.length + 1)
                            .sorted()
                            .toArray();
                    assertThat(read(data, cuts))
                            .as("cut at %s", Arrays.toString(cuts))
                            .isEqualTo(whole);
                    String last = whole.get(whole.size() - 1);
                    if (last.startsWith("refused: ")) {
                        throw new RefusedException(new MalformedException(last));
                    }
                    wholly[0]++;
                });
        assertThat(wholly[0]).as("some mutations are harmless").isGreaterThan(Fuzz.MUTATIONS / 100);
    }

    @Test
    void answersBehindEachOtherAreTheSameWhereverTheStreamIsCut() {
        byte[] stream = bytes(PIPELINED);
        List<String> whole = read(stream);
        assertThat(whole).hasSize(7).noneMatch(answer -> answer.startsWith("refused"));
        assertThat(whole.get(2)).contains("hello, hello");
        assertThat(whole.get(6)).contains("up to the end").endsWith("false");
        for (int cut = 0; cut <= stream.length; cut++) {
            assertThat(read(stream, cut)).as("cut at %d", cut).isEqualTo(whole);
            assertThat(read(stream, cut, Math.min(stream.length, cut + 1)))
                    .as("byte %d alone", cut)
                    .isEqualTo(whole);
        }
        assertThat(read(stream, IntStream.range(1, stream.length).toArray()))
                .as("every byte alone")
                .isEqualTo(whole);
    }

    @Test
    void answersThatEndTooSoonAreNeverWhole() {
        for (String answer :
                new String[] {WITH_LENGTH, WITHOUT_BODY, CHUNKED, INTERIM + EMPTY, BARE_NEWLINES, CLOSING}) {
            byte[] whole = bytes(answer);
            for (int length = 1; length < whole.length; length++) {
                boolean betweenHeads = answer.startsWith(INTERIM) && length == INTERIM.length();
                assertThat(read(Arrays.copyOf(whole, length)))
                        .as("%d bytes of %s", length, answer)
                        .containsExactly(betweenHeads ? "ended" : "cut off");
            }
        }
    }

    private static boolean isWhole(String stream) {
        return read(bytes(stream)).get(0).startsWith("200 ");
    }

    @Test
    void limitsHoldToTheByte() {
        String start = OK + "Content-Length: 0\r\nX: ";
        int room = EngineLimits.HEAD_BYTES_MAX - start.length() - 4;
        assertThat(isWhole(start + "a".repeat(room) + "\r\n\r\n")).isTrue();
        assertThat(read(bytes(start + "a".repeat(room + 1) + "\r\n\r\n")))
                .singleElement()
                .asString()
                .startsWith("refused: the answer's head is longer");

        String chunked = OK + "Transfer-Encoding: chunked\r\n\r\n";
        assertThat(isWhole(chunked + "0\r\n" + "T: t\r\n".repeat(TRAILERS_MAX) + "\r\n"))
                .isTrue();
        assertThat(isWhole(chunked + "0\r\n" + "T: t\r\n".repeat(TRAILERS_MAX + 1) + "\r\n"))
                .isFalse();
        assertThat(isWhole(chunked + "0;" + "x".repeat(CHUNK_LINE_MAX - 3) + "\r\n\r\n"))
                .isTrue();
        assertThat(isWhole(chunked + "0;" + "x".repeat(CHUNK_LINE_MAX) + "\r\n\r\n"))
                .isFalse();
        assertThat(isWhole(chunked + "1\r\nx\r\n".repeat(BODY_MAX) + "0\r\n\r\n"))
                .isTrue();
        assertThat(isWhole(chunked + "1\r\nx\r\n".repeat(BODY_MAX + 1) + "0\r\n\r\n"))
                .isFalse();
    }

    @Test
    void lengthsThatLieCostNothing() {
        for (String head : new String[] {
            OK + "Content-Length: 16777216\r\n\r\nx",
            OK + "Content-Length: 16777217\r\n\r\nx",
            OK + "Content-Length: 999999999999999\r\n\r\nx",
            OK + "Transfer-Encoding: chunked\r\n\r\nffffffff\r\nx",
            OK + "Transfer-Encoding: chunked\r\n\r\nffffff\r\nx",
        }) {
            byte[] data = bytes(head);
            Runnable work = () -> {
                try {
                    new ReplyParser(16 << 20).feed(ByteBuffer.wrap(data));
                } catch (MalformedException e) {
                    assertThat(e).hasMessageContaining("longer than");
                }
            };
            // The first time loads classes.
            work.run();
            assertThat(Fuzz.allocated(work)).as(head).isLessThan(Fuzz.allowance(data.length));
        }
    }
}
