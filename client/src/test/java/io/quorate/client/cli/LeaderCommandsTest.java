package io.quorate.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.StubStore;
import io.quorate.ring.wire.SessionToken;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands on keys with leader buckets. */
class LeaderCommandsTest {
    private static final String SESSION = SessionToken.EMPTY.with(12, 3, 412).toText();
    private static final String SEEN = SessionToken.EMPTY.with(7, 2, 5).toText();

    private final StubStore store = new StubStore().hasBuckets("leader");

    private record Run(int code, String out, String err) {}

    @AfterEach
    void closeStore() {
        store.close();
    }

    private Run quorate(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", store.url().toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Streams streams = new Streams(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        int code = ClientMain.commandLine(streams).execute(all.toArray(String[]::new));
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Map<String, String> headers(String result) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", "application/vnd.quorate.siblings+json");
        headers.put("Quorate-Result", result);
        headers.put("Quorate-Context", "ctx");
        headers.put("Quorate-Session", SESSION);
        headers.put("Quorate-Leader", "n2");
        headers.put("ETag", "\"3.412\"");
        return headers;
    }

    private static String result(String role, String level, int lag) {
        return "mode=leader, role=" + role + ", term=3, index=412, level=" + level + ", lag-ms=" + lag + ", epoch=1";
    }

    private void answersRead(String result, String... siblings) {
        store.answers(200, headers(result), "{\"context\":\"ctx\",\"siblings\":[" + String.join(",", siblings) + "]}");
    }

    private void answersWrite(String level) {
        store.answers(204, headers(result("leader", level, 0)), "");
    }

    @Test
    void valueIsPrintedRawAndWhatALaterCallNeedsAreNotes() {
        answersRead(result("leader", "LINEARIZABLE", 0), StubStore.sibling("d", "text/plain", "aGk="));

        assertThat(quorate("get", "accounts", "k"))
                .isEqualTo(new Run(
                        0,
                        "hi",
                        "content type: text/plain\nversion: \"3.412\"\nread at LINEARIZABLE, leader n2\nsession: "
                                + SESSION + "\n"));
        assertThat(store.last().query()).doesNotContain("level");
    }

    @Test
    void followerReadSaysHowFarItMayBeBehind() {
        answersRead(result("follower", "FOLLOWER", 31), StubStore.sibling("d", "text/plain", "aGk="));

        Run run = quorate("get", "accounts", "k", "--level", "follower", "--max-lag", "2s", "--session", SEEN);

        assertThat(run.err())
                .contains("read at FOLLOWER, leader n2, answered by a follower 31 ms behind")
                .endsWith("session: "
                        + SessionToken.parse(SEEN)
                                .merge(SessionToken.parse(SESSION))
                                .toText() + "\n");
        assertThat(store.last().query()).contains("level=FOLLOWER").contains("max-lag=2000ms");
    }

    @Test
    void missingKeyIsExitCodeOne() {
        Map<String, String> headers = headers(result("follower", "FOLLOWER", -1));
        headers.remove("ETag");
        store.answers(200, headers, "{\"context\":\"ctx\",\"siblings\":[]}");

        Run run = quorate("get", "accounts", "k", "--max-lag", "500ms");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("not found: key k in bucket accounts").contains("does not know how far");
        assertThat(store.last().query()).contains("level=FOLLOWER").contains("max-lag=500ms");
        Run json = quorate("get", "accounts", "k", "--level", "LEASE", "-o", "json");
        assertThat(json.code()).isEqualTo(1);
        assertThat(json.out().replaceAll("\\s", "")).startsWith("{\"siblings\":[],\"session\":\"" + SESSION);
    }

    @Test
    void jsonOfAReadAndAWriteHoldVersionSessionAndGuarantee() {
        answersRead(result("leader", "LEASE", 0), StubStore.sibling("d", "text/plain", "aGk="));
        String told = "\"session\":\"" + SESSION + "\",\"result\":{\"mode\":\"leader\",\"role\":\"leader\","
                + "\"leader\":\"n2\",\"term\":3,\"index\":412,\"level\":\"LEASE\",\"lag-ms\":0,\"epoch\":1}}";

        assertThat(quorate("get", "accounts", "k", "--level", "LEASE", "-o", "json")
                        .out()
                        .replaceAll("\\s", ""))
                .isEqualTo("{\"version\":\"\\\"3.412\\\"\",\"siblings\":[{\"contentType\":\"text/plain\",\"size\":2,"
                        + "\"written\":\"2026-01-02T03:04:05Z\",\"value\":\"aGk=\"}]," + told);
        answersWrite("SYNC");
        assertThat(quorate("delete", "accounts", "k", "--level", "SYNC", "-o", "json")
                        .out()
                        .replaceAll("\\s", ""))
                .isEqualTo("{\"version\":\"\\\"3.412\\\"\"," + told.replace("LEASE", "SYNC"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ASYNC", "semi_sync", "SYNC", ""})
    void writesTakeTheLevelsOfTheirModeAndSayWhatWasReached(String level) {
        answersWrite("SEMI_SYNC");
        for (String[] command : new String[][] {{"put", "accounts", "k", "v"}, {"delete", "accounts", "k"}}) {
            List<String> all = new ArrayList<>(List.of(command));
            if (!level.isEmpty()) {
                all.addAll(List.of("--level", level));
            }

            Run run = quorate(all.toArray(String[]::new));

            assertThat(run.code()).isZero();
            assertThat(run.err())
                    .matches(
                            "(stored|deleted) at SEMI_SYNC, leader n2\nversion: \"3.412\"\nsession: " + SESSION + "\n");
            assertThat(store.last().query().contains("level=" + level.toUpperCase(Locale.ROOT)))
                    .isEqualTo(!level.isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.412", "\"3.412\""})
    void versionIsTakenWithItsQuotesOrWithout(String version) {
        answersWrite("SEMI_SYNC");

        quorate("put", "accounts", "k", "v", "--if-match", version);
        assertThat(store.last().header("If-Match")).isEqualTo("\"3.412\"");
        quorate("delete", "accounts", "k", "--if-match", version);
        assertThat(store.last().method()).isEqualTo("DELETE");
        assertThat(store.last().header("If-Match")).isEqualTo("\"3.412\"");
        quorate("put", "accounts", "k", "v", "--if-none-match");
        assertThat(store.last().header("If-None-Match")).isEqualTo("*");
    }

    @Test
    void conditionThatDoesNotHoldIsExitCodeOneInOneLine() {
        store.answersProblem(412, "precondition-failed", "");

        Run run = quorate("put", "accounts", "k", "v", "--if-match", "3.1");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("quorate put: because of a test [precondition-failed")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({
        "get accounts k --level QUORUM, level=QUORUM",
        "put accounts k v --level ONE, level=ONE",
        "delete accounts k -w 2, w=2",
        "get carts k --level LEASE, level=LEASE",
        "put carts k v --level SYNC, level=SYNC",
    })
    void levelOfTheOtherModeIsTheStoresToRefuse(String line, String query) {
        store.answersProblem(422, "level-not-in-mode", ",\"outcome\":\"not-applied\"");

        Run run = quorate(line.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("because of a test [level-not-in-mode").hasLineCount(1);
        assertThat(store.last().query()).contains(query);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get accounts k --level SEMI_SYNC",
                "put accounts k v --level LEASE",
                "get accounts k --level LEASE --max-lag 1s",
                "get accounts k --max-lag soon",
                "get accounts k --max-lag 61s",
                "get accounts k -r 2 --max-lag 1s",
                "get accounts k --level QUORUM --session " + "AAAA",
                "get accounts k --session nonsense",
                "put accounts k v --if-match *",
                "put accounts k v --if-match 3.1 --if-none-match",
                "put accounts k v --if-match 3.1 --context c",
                "put accounts k v --if-none-match --level QUORUM",
                "put accounts k v --session x --max-lag 1s",
                "delete accounts k --if-none-match",
                "delete accounts k --if-match 3.1 -w 1",
            })
    void wrongUseIsExitCodeTwoAndNothingIsAsked(String line) {
        Run run = quorate(line.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("quorate").hasLineCount(1).doesNotContain("Exception");
        assertThat(store.seen()).isEmpty();
    }

    @Test
    void unknownLevelIsToldWithThoseOfBothModes() {
        assertThat(quorate("get", "accounts", "k", "--level", "SOME").err())
                .contains("SOME", "QUORUM", "LINEARIZABLE LEASE FOLLOWER");
        assertThat(quorate("put", "accounts", "k", "v", "--level", "SOME").err())
                .contains("SOME", "QUORUM", "ASYNC SEMI_SYNC SYNC");
    }

    private static String help(String command) {
        Streams streams = new Streams(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        CommandLine found = ClientMain.commandLine(streams).getSubcommands().get(command);
        assertThat(found).isNotNull();
        return found.getUsageMessage().replaceAll("\\s+", " ");
    }

    @Test
    void helpListsTheLevelsByMode() {
        assertThat(help("get"))
                .contains("Leaderless buckets: ONE, TWO, THREE, QUORUM or ALL.")
                .contains("Leader buckets: LINEARIZABLE, LEASE or FOLLOWER.")
                .contains("--max-lag", "--session");
        assertThat(help("put"))
                .contains("Leader buckets: ASYNC, SEMI_SYNC or SYNC.")
                .contains("--if-match", "--if-none-match", "--session");
        assertThat(help("delete")).contains("--if-match").doesNotContain("--if-none-match");
    }
}
