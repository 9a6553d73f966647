package io.quorate.client.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.client.http.engine.ReplyParser.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyParserTest {
    private static final int BODY_MAX = 1000;
    private static final String INTERIM = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final ReplyParser parser = new ReplyParser(BODY_MAX);

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String body(WireReply reply) {
        return reply.body().toUtf8();
    }

    /** In pieces of random lengths. */
    private boolean feed(String text, SplittableRandom random) throws MalformedException {
        ByteBuffer all = bytes(text);
        boolean whole = false;
        while (all.hasRemaining()) {
            assertThat(whole).as("whole before its end").isFalse();
            int count = Math.min(all.remaining(), 1 + random.nextInt(7));
            ByteBuffer piece = all.slice(all.position(), count);
            whole = parser.feed(piece);
            assertThat(piece.hasRemaining()).isFalse();
            all.position(all.position() + count);
        }
        return whole;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void answersMayComeInAnyPieces(long seed) throws MalformedException {
        SplittableRandom random = new SplittableRandom(seed);
        String[] answers = {
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello",
            INTERIM + CHUNKED + "2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: t\r\n\r\n",
            "HTTP/1.1 200 \nContent-Length: 5\n\nhello",
        };
        for (String answer : answers) {
            parser.reset();
            assertThat(feed(answer, random)).isTrue();
            assertThat(parser.keepsAlive()).isTrue();
            assertThat(parser.reply().status()).isEqualTo(200);
            assertThat(body(parser.reply())).isEqualTo("hello");
        }
    }

    @Test
    void headersAreFoundInAnyCaseAndStripped() throws MalformedException {
        assertThat(parser.feed(bytes("HTTP/1.1 204 No\r\nquorate-context:  abc \r\n\r\n")))
                .isTrue();

        assertThat(parser.reply().header("Quorate-Context")).isEqualTo("abc");
        assertThat(parser.reply().header("Absent")).isNull();
    }

    @Test
    void withoutALengthTheEndOfTheConnectionEndsTheAnswer() throws MalformedException {
        assertThat(parser.feed(bytes("HTTP/1.1 200 OK\r\n\r\nhello"))).isFalse();
        assertThat(parser.end()).isTrue();
        assertThat(parser.keepsAlive()).isFalse();
        assertThat(body(parser.reply())).isEqualTo("hello");
    }

    @Test
    void anAnswerThatEndsTooSoonIsNotWhole() throws MalformedException {
        assertThat(parser.feed(bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")))
                .isFalse();
        assertThat(parser.end()).isFalse();
        assertThat(parser.isUntouched()).isFalse();
    }

    @Test
    void connectionsThatTheServerWantsToCloseAreNotKept() throws MalformedException {
        parser.feed(bytes("HTTP/1.1 204 No\r\nConnection: close\r\n\r\n"));
        assertThat(parser.keepsAlive()).isFalse();
        parser.reset();
        parser.feed(bytes("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
        assertThat(parser.keepsAlive()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-x\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n" + "x",
                "HTTP/1.1 101 Switching\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
            })
    void whatIsNoAnswerIsRefused(String text) {
        assertThatThrownBy(() -> {
                    parser.feed(bytes(text));
                    parser.feed(bytes("y".repeat(BODY_MAX)));
                })
                .isInstanceOf(MalformedException.class);
    }

    @Test
    void headsAndBodiesHaveLimits() {
        assertThatThrownBy(() -> parser.feed(bytes("HTTP/1.1 200 OK\r\nX: " + "a".repeat(70_000))))
                .hasMessageContaining("65536");
        parser.reset();
        assertThatThrownBy(() -> parser.feed(bytes("HTTP/1.1 200 OK\r\n\r\n" + "a".repeat(BODY_MAX + 1))))
                .hasMessageContaining("longer than 1000");
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void damagedAnswersEndInAnAnswerOrOneKindOfException(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        String whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = whole.getBytes(StandardCharsets.ISO_8859_1);
            for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            parser.reset();
            try {
                if (parser.feed(ByteBuffer.wrap(damaged))) {
                    assertThat(parser.reply().body().length()).isLessThanOrEqualTo(BODY_MAX);
                }
            } catch (MalformedException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }
}
