package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Whatever a server sends, however it is cut: answers, or one of the two exceptions, and the same for every cut. The
 * property {@code quorate.fuzz.mutations} says how many mutations are tried.
 */
final class ReplyReaderFuzzTest {
    private static final int MUTATIONS = Integer.getInteger("quorate.fuzz.mutations", 20_000);
    private static final int KEPT_MAX = 100;
    /** The reader has a buffer of this size once a connection, whatever comes. */
    private static final int BUFFER_BYTES = 32 * 1024;

    private static final int HEADERS_MAX = 256;
    private static final int MEASURED_EACH = 10;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String WITH_LENGTH = OK + "Content-Length: 5\r\nQuorate-Context: abc\r\n\r\nhello";
    private static final String WITHOUT_BODY = "HTTP/1.1 204 No Content\r\nQuorate-Context:  x \r\n\r\n";
    private static final String CHUNKED =
            OK + "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\nA\r\nllo, hello\r\n0\r\nTrailer: t\r\n\r\n";
    private static final String INTERIM = "HTTP/1.1 100 Continue\r\nA: b\r\n\r\n";
    private static final String BARE_NEWLINES = "HTTP/1.1 404 \nContent-Length: 2\n\nhi";
    private static final String TO_THE_END = "HTTP/1.0 200 OK\r\nA: b\r\n\r\nup to the end";
    private static final String PIPELINED =
            WITH_LENGTH + WITHOUT_BODY + CHUNKED + INTERIM + BARE_NEWLINES + INTERIM + INTERIM + CHUNKED + TO_THE_END;
    private static final List<String> GOOD =
            List.of(WITH_LENGTH, WITHOUT_BODY, CHUNKED, INTERIM + BARE_NEWLINES, TO_THE_END, PIPELINED);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Gives what it has in the pieces in which it came. */
    private static final class Pieces extends InputStream {
        private final byte[] data;
        private final int[] cuts;
        private int position;

        private Pieces(byte[] data, int... cuts) {
            this.data = data;
            this.cuts = cuts;
        }

        @Override
        public int read() {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            assertThat(length).as("room to read into").isPositive();
            if (position == data.length) {
                return -1;
            }
            int end = Arrays.stream(cuts)
                    .filter(cut -> cut > position)
                    .findFirst()
                    .orElse(data.length);
            int count = Math.min(length, end - position);
            System.arraycopy(data, position, into, offset, count);
            position += count;
            return count;
        }
    }

    /** What all answers of a stream come to, and how it ended. Whether more had come already depends on the cuts. */
    private static List<String> read(InputStream in) {
        ReplyReader reader = new ReplyReader(in);
        HttpReply reply = new HttpReply(KEPT_MAX);
        List<String> read = new ArrayList<>();
        try {
            while (true) {
                reader.read(reply);
                byte[] context = reply.context();
                assertThat(reply.bodyText().length()).isLessThanOrEqualTo(KEPT_MAX);
                read.add(reply.status() + " " + reply.bodyBytes() + " " + reply.bodyText() + " "
                        + (context == null ? "" : new String(context, StandardCharsets.ISO_8859_1)));
            }
        } catch (MalformedReplyException e) {
            read.add("refused: " + e.getMessage());
        } catch (EOFException e) {
            read.add("ended");
        } catch (IOException e) {
            throw new UncheckedIOException("neither of the two", e);
        }
        return read;
    }

    private static long allocated(Runnable work) {
        long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        work.run();
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    private static byte[] mutated(Random random) {
        byte[] input = bytes(GOOD.get(random.nextInt(GOOD.size())));
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = input.length == 0 ? 0 : random.nextInt(input.length);
            byte[] other = bytes(GOOD.get(random.nextInt(GOOD.size())));
            int from = random.nextInt(other.length);
            byte[] piece = Arrays.copyOfRange(other, from, Math.min(other.length, from + random.nextInt(1, 64)));
            switch (random.nextInt(6)) {
                case 0 -> input = Arrays.copyOf(input, at);
                case 1 -> {
                    if (input.length > 0) {
                        input[at] ^= (byte) (1 << random.nextInt(8));
                    }
                }
                case 2 -> {
                    if (input.length > 0) {
                        input[at] = (byte) random.nextInt(256);
                    }
                }
                case 3 -> input = inserted(input, at, bytes(Long.toString(random.nextLong() >>> random.nextInt(64))));
                case 4 -> input = inserted(input, at, bytes("\r\n"));
                default -> {
                    for (int times = random.nextInt(10) == 0 ? 32 : 1; times > 0; times--) {
                        input = inserted(input, at, piece);
                    }
                }
            }
        }
        return input;
    }

    private static byte[] inserted(byte[] input, int at, byte[] piece) {
        byte[] longer = new byte[input.length + piece.length];
        System.arraycopy(input, 0, longer, 0, at);
        System.arraycopy(piece, 0, longer, at, piece.length);
        System.arraycopy(input, at, longer, at + piece.length, input.length - at);
        return longer;
    }

    @Test
    void mutatedAnswersCutAnywhere() {
        Random random = new Random(41);
        GOOD.forEach(good -> read(new ByteArrayInputStream(bytes(good))));
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] input = mutated(random);
            String what = "mutation " + i + ": " + HexFormat.of().formatHex(input);
            try {
                List<String> whole = read(new ByteArrayInputStream(input));
                int[] cuts = random.ints(random.nextInt(1, 8), 0, input.length + 1)
                        .sorted()
                        .toArray();
                assertThat(read(new Pieces(input, cuts))).isEqualTo(whole);
                refused += whole.get(whole.size() - 1).startsWith("refused") ? 1 : 0;
                Runnable again = () -> read(new ByteArrayInputStream(input));
                // Once more: the first time may have paid for loading classes.
                if (i % MEASURED_EACH == 0
                        && allocated(again) > allowance(input.length)
                        && allocated(again) > allowance(input.length)) {
                    throw new AssertionError("it costs more than " + allowance(input.length) + " bytes");
                }
            } catch (RuntimeException | AssertionError | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError(what, e);
            }
        }
        assertThat(refused).as("they reach the reader").isBetween(MUTATIONS / 10, MUTATIONS * 9 / 10);
    }

    /** Strings of what was read are the test's own, and cost more than the reader. */
    private static long allowance(int inputBytes) {
        return 256L * inputBytes + BUFFER_BYTES + 65_536;
    }

    @Test
    void answersBehindEachOtherAreTheSameWhereverTheStreamIsCut() {
        byte[] stream = bytes(PIPELINED);
        List<String> whole = read(new ByteArrayInputStream(stream));
        assertThat(whole)
                .containsExactly(
                        "200 5 hello abc",
                        "204 0  x",
                        "200 12 hello, hello ",
                        "404 2 hi ",
                        "200 12 hello, hello ",
                        "200 13 up to the end ",
                        "ended");
        for (int cut = 0; cut <= stream.length; cut++) {
            assertThat(read(new Pieces(stream, cut, cut + 1)))
                    .as("cut at %d", cut)
                    .isEqualTo(whole);
        }
        assertThat(read(new Pieces(stream, IntStream.range(1, stream.length).toArray())))
                .as("every byte alone")
                .isEqualTo(whole);
    }

    @Test
    void answersThatEndTooSoonAreNeverWhole() {
        for (String answer : List.of(WITH_LENGTH, WITHOUT_BODY, CHUNKED, INTERIM + BARE_NEWLINES)) {
            byte[] whole = bytes(answer);
            for (int length = 0; length < whole.length; length++) {
                assertThat(read(new ByteArrayInputStream(whole, 0, length)))
                        .as("%d bytes of %s", length, answer)
                        .containsExactly("ended");
            }
        }
    }

    private static String first(String stream) {
        return read(new ByteArrayInputStream(bytes(stream))).get(0);
    }

    @Test
    void limitsHoldToTheByte() {
        String line = "X: " + "a".repeat(BUFFER_BYTES - 5) + "\r\n";
        assertThat(first(OK + line + "Content-Length: 0\r\n\r\n")).startsWith("200 0");
        assertThat(first(OK + "x" + line + "Content-Length: 0\r\n\r\n")).startsWith("refused: a line is longer");
        String many = "A: b\r\n".repeat(HEADERS_MAX - 1);
        assertThat(first(OK + many + "Content-Length: 0\r\n\r\n")).startsWith("200 0");
        assertThat(first(OK + "A: b\r\n" + many + "Content-Length: 0\r\n\r\n"))
                .isEqualTo("refused: more than 256 headers");
        String chunked = OK + "Transfer-Encoding: chunked\r\n\r\n0\r\n";
        assertThat(first(chunked + "A: b\r\n" + many + "\r\n")).startsWith("200 0");
        assertThat(first(chunked + "A: b\r\nA: b\r\n" + many + "\r\n")).isEqualTo("refused: more than 256 trailers");
    }

    @Test
    void lengthsThatLieCostNothing() {
        for (String lie : List.of(
                OK + "Content-Length: 2147483647\r\n\r\nx",
                OK + "Content-Length: 99999999999999999999\r\n\r\nx",
                OK + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\nx",
                OK + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx")) {
            byte[] data = bytes(lie);
            Runnable work = () ->
                    assertThat(read(new ByteArrayInputStream(data)).get(0)).matches("ended|refused: .*");
            work.run();
            assertThat(allocated(work)).as(lie).isLessThan(allowance(data.length));
        }
    }
}
