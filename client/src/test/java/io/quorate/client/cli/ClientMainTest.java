package io.quorate.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.client.StubStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientMainTest {
    private final StubStore store = new StubStore().hasBuckets("leaderless");
    private String input = "";

    private record Run(int code, String out, String err) {}

    @AfterEach
    void closeStore() {
        store.close();
    }

    private Run quorate(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (all.size() > 1 && !all.contains("--url")) {
            all.addAll(List.of("--url", store.url().toString()));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Streams streams = new Streams(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        int code = ClientMain.commandLine(streams).execute(all.toArray(String[]::new));
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Nested
    class Get {
        @Test
        void oneValueIsPrintedRawAndTheContextIsANote() {
            store.answersRead(StubStore.sibling("d-1", "text/plain", "w6QA"));

            Run run = quorate("get", "carts", "k");

            assertThat(run).isEqualTo(new Run(0, "ä\0", "content type: text/plain\ncontext: ctx-read\n"));
            assertThat(store.last().query()).matches("timeout=[0-9]+ms");
        }

        @Test
        void severalSiblingsAreATableWithTheWayToResolveThem() {
            store.answersRead(
                    StubStore.sibling("d-1", "text/plain", "aGVsbG8KeW91"), StubStore.sibling("d-2", "a/b", "/w=="));

            Run run = quorate("get", "carts", "k", "--level", "quorum");

            assertThat(run.code()).isZero();
            assertThat(run.out().lines())
                    .containsExactly(
                            "DOT  CONTENT TYPE  SIZE  WRITTEN               VALUE",
                            "d-1  text/plain    9     2026-01-02T03:04:05Z  hello you",
                            "d-2  a/b           1     2026-01-02T03:04:05Z  (not text)");
            assertThat(run.err()).contains("put carts k VALUE --context TOKEN").endsWith("context: ctx-read\n");
            assertThat(store.last().query()).startsWith("level=QUORUM&");
        }

        @Test
        void aMissingKeyIsExitCodeOneWithItsContext() {
            store.answersRead();

            Run run = quorate("get", "carts", "k", "-r", "2");

            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).isEqualTo("not found: key k in bucket carts\ncontext: ctx-read\n");
            assertThat(store.last().query()).startsWith("r=2&");
        }

        @Test
        void jsonHoldsContextSiblingsAndGuarantee() {
            store.answersRead(StubStore.sibling("d-1", "text/plain", "aGk="));

            Run run = quorate("get", "carts", "k", "-o", "json");

            assertThat(run.code()).isZero();
            assertThat(run.err()).isEmpty();
            assertThat(run.out().replaceAll("\\s", ""))
                    .isEqualTo(
                            "{\"context\":\"ctx-read\",\"siblings\":[{\"dot\":\"d-1\",\"contentType\":\"text/plain\","
                                    + "\"size\":2,\"written\":\"2026-01-02T03:04:05Z\",\"value\":\"aGk=\"}],\"result\":{"
                                    + "\"mode\":\"leaderless\",\"level\":\"QUORUM\",\"need\":2,\"acked\":3,\"homes\":2,"
                                    + "\"hinted\":1,\"repaired\":0,\"siblings\":1,\"epoch\":7}}");
        }

        @Test
        void aKeyMayBeGivenInPercents() {
            store.answersRead();

            quorate("get", "carts", "%ff%2F..", "--percent-key");

            assertThat(store.last().path()).isEqualTo("/v1/buckets/carts/keys/%FF%2F..");
        }
    }

    @Nested
    class PutAndDelete {
        @Test
        void aTextIsStoredAndTheNewContextIsANote() {
            store.answersWrite();

            Run run = quorate("put", "carts", "k", "hello", "--context", "ctx-seen", "-w", "3");

            assertThat(run)
                    .isEqualTo(new Run(
                            0, "", "stored at QUORUM: 3 replicas have it, 2 were needed\ncontext: ctx-write\n"));
            assertThat(store.last().body()).isEqualTo("hello");
            assertThat(store.last().header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(store.last().header("Quorate-Context")).isEqualTo("ctx-seen");
            assertThat(store.last().query()).startsWith("w=3&");
        }

        @Test
        void theValueMayComeFromAFileOrStandardInput(@TempDir Path folder) throws Exception {
            store.answersWrite();
            Path file = Files.writeString(folder.resolve("value"), "from a file");
            input = "from input";

            assertThat(quorate("put", "carts", "k", "--file", file.toString()).code())
                    .isZero();
            assertThat(store.last().body()).isEqualTo("from a file");
            assertThat(store.last().header("Content-Type")).isEqualTo("application/octet-stream");

            assertThat(quorate("put", "carts", "k", "-", "--content-type", "text/csv")
                            .code())
                    .isZero();
            assertThat(store.last().body()).isEqualTo("from input");
            assertThat(store.last().header("Content-Type")).isEqualTo("text/csv");
        }

        @Test
        void aDeleteSaysSoAndJsonHoldsTheContext() {
            store.answersWrite();

            assertThat(quorate("delete", "carts", "k", "--context", "seen").err())
                    .startsWith("deleted");
            assertThat(store.last().header("Quorate-Context")).isEqualTo("seen");

            Run json = quorate("delete", "carts", "k", "-o", "json");
            assertThat(json.out()).contains("\"context\" : \"ctx-write\"");
            assertThat(json.err()).isEmpty();
        }
    }

    @Nested
    class ExitCodes {
        @ParameterizedTest
        @CsvSource({
            "404, no-such-bucket, not-applied, 1",
            "412, precondition-failed, not-applied, 1",
            "400, bad-context, not-applied, 2",
            "409, too-many-siblings, not-applied, 2",
            "422, level-not-in-mode, not-applied, 2",
            "429, overloaded, not-applied, 3",
            "503, unavailable, not-applied, 3",
            "504, timeout, maybe-applied, 4",
            "504, level-not-reached, applied-below-level, 4",
            "500, internal, maybe-applied, 4",
        })
        void followTheErrorOfAWrite(int status, String code, String outcome, int exitCode) {
            store.answersProblem(status, code, ",\"outcome\":\"" + outcome + "\"");

            Run run = quorate("put", "carts", "k", "v");

            assertThat(run.code()).isEqualTo(exitCode);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .startsWith("quorate put: because of a test [" + code)
                    .hasLineCount(1);
        }

        @Test
        void areThreeWhenNothingListens() {
            Run run = quorate(
                    "put", "carts", "k", "v", "--url", StubStore.refusingUrl().toString());

            assertThat(run.code()).isEqualTo(3);
            assertThat(run.err()).contains("nothing was sent").hasLineCount(1);
        }

        @Test
        void areFourWhenTheAnswerToAWriteStaysAwayAndThreeForARead() {
            store.staysSilent();

            assertThat(quorate("put", "carts", "k", "v", "--timeout", "50ms").code())
                    .isEqualTo(4);
            assertThat(quorate("get", "carts", "k", "--timeout", "50ms").code()).isEqualTo(3);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "nonsense",
                    "put",
                    "put carts k",
                    "put carts k v --file f",
                    "put carts k --file /no/such/file",
                    "put carts k v --level SOME",
                    "put carts k v --level ONE -w 1",
                    "put carts k v -w x",
                    "put carts k v -w 0",
                    "put carts k v -r 1",
                    "get carts",
                    "get Carts k",
                    "get carts k --timeout 1h",
                    "get carts k --timeout 61s",
                    "get carts k --timeout 0ms",
                    "get carts k --url nowhere",
                    "get carts k --url http://h/x",
                    "get carts k -o xml",
                    "get carts %f --percent-key",
                    "get carts k --context c",
                    "bucket",
                    "bucket create b --mode neither",
                    "bucket create b --n many",
                    "hints --url nowhere",
                    "hints now",
                    "anti-entropy run --wait -1",
                    "anti-entropy later",
                })
        void areTwoForWrongUseWithOneClearLine(String line) {
            Run run = quorate(line.isEmpty() ? new String[0] : line.split(" "));

            assertThat(run.code()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).startsWith("quorate").hasLineCount(1).doesNotContain("Exception");
            assertThat(store.seen()).isEmpty();
        }
    }

    @Nested
    class Administration {
        @Test
        void aBucketIsCreatedWithWhatWasSaid() {
            store.answers(201, Map.of(), "");

            Run run = quorate("bucket", "create", "b", "--n", "3", "--conflicts", "LWW", "--read", "ONE");

            assertThat(run.code()).isZero();
            assertThat(run.err()).isEqualTo("created: b\n");
            assertThat(run.out().lines().skip(1))
                    .singleElement()
                    .asString()
                    .matches("b +leaderless +3 +ONE +- +- +lww +- +-");
            assertThat(store.last().body())
                    .isEqualTo("{\"mode\":\"leaderless\",\"n\":3,\"read\":\"ONE\",\"conflicts\":\"lww\"}");
        }

        @Test
        void bucketsAreListedShownAndDeleted() {
            store.answers(200, Map.of(), "[{\"name\":\"b\",\"mode\":\"leader\"}]");
            assertThat(quorate("bucket", "list", "-o", "json").out().replaceAll("\\s", ""))
                    .isEqualTo("[{\"name\":\"b\",\"mode\":\"leader\"}]");

            store.answers(200, Map.of(), "{\"name\":\"b\",\"mode\":\"leader\"}");
            assertThat(quorate("bucket", "get", "b").out()).contains("b     leader");

            store.answers(202, Map.of(), "");
            assertThat(quorate("bucket", "delete", "b")).isEqualTo(new Run(0, "", "deleted: b\n"));
        }

        @Test
        void theRingShowsEachNodesShare() {
            store.answersRing(
                    Map.of(),
                    "{\"epoch\":1,\"partitions\":2,\"replicas\":2,\"nodes\":[{\"id\":\"n1\",\"http\":\"http://h:1\","
                            + "\"dc\":\"d\",\"zone\":\"z\",\"state\":\"serving\"},{\"id\":\"n2\"}],"
                            + "\"assignment\":[[\"n1\",\"n2\"],[\"n2\",\"n1\"]]}");

            Run run = quorate("ring", "-o", "table");

            assertThat(run.out().lines())
                    .containsExactly(
                            "epoch 1, 2 partitions, 2 replicas each",
                            "NODE  HTTP        DC  ZONE  STATE    FIRST  PARTITIONS",
                            "n1    http://h:1  d   z     serving  1      2",
                            "n2    -           -   -     -        1      2");
        }

        @Test
        void hintsShowWhatIsKeptForEachHome() {
            String kept = "{\"targets\":[{\"node\":\"n3\",\"keys\":12,\"bytes\":900,\"oldestAgeMs\":4000,"
                    + "\"delivered\":80,\"dropped\":0}],\"head\":93,\"oldest\":81}";
            store.answers(200, Map.of(), kept);

            assertThat(quorate("hints", "-o", "table").out().lines())
                    .containsExactly(
                            "FOR  KEYS  BYTES  OLDEST  DELIVERED  DROPPED", "n3   12    900    4 s     80         0");
            assertThat(quorate("hints", "-o", "json").out().replaceAll("\\s", ""))
                    .isEqualTo(kept);
        }

        @Test
        void groupsShowWhoLeadsWhoFollowsAndWhatIsWrong() {
            String groups = "{\"groups\":["
                    + "{\"partition\":3,\"role\":\"leader\",\"leader\":\"n1\",\"term\":2,\"commit\":410,\"applied\":409,"
                    + "\"lagMs\":0,\"keys\":7,\"members\":[{\"node\":\"n1\",\"lagEntries\":0},"
                    + "{\"node\":\"n2\",\"lagEntries\":0},{\"node\":\"n3\",\"lagEntries\":40}]},"
                    + "{\"partition\":4,\"role\":\"halted\",\"leader\":null,\"term\":1,\"commit\":5,\"applied\":4,"
                    + "\"lagMs\":-1,\"keys\":1,\"halted\":\"entry 5 cannot be applied\",\"members\":[]}]}";
            store.answers(200, Map.of(), groups);

            assertThat(quorate("groups", "-o", "table").out().lines())
                    .containsExactly(
                            "PARTITION  ROLE    LEADER  TERM  COMMIT  APPLIED  LAG      KEYS  FOLLOWERS",
                            "3          leader  n1      2     410     409      0 ms     7     n2 n3 -40",
                            "4          halted  none    1     5       4        unknown  1",
                            "HALTED: partition 4: entry 5 cannot be applied");
            assertThat(quorate("groups", "--led", "-o", "table").out())
                    .contains("n2 n3 -40")
                    .doesNotContain("none");
            assertThat(quorate("groups", "-o", "json").out().replaceAll("\\s", ""))
                    .isEqualTo(groups.replaceAll("\\s", ""));
        }

        @Test
        void leadsAreHandedOver() {
            store.answers(202, Map.of(), "{\"partition\":3,\"to\":\"n2\"}");

            assertThat(quorate("groups", "--transfer", "3", "--to", "n2", "-o", "table"))
                    .isEqualTo(new Run(0, "the lead of partition 3 goes to n2\n", ""));
            assertThat(store.last().target()).isEqualTo("/v1/groups/3/transfer?to=n2");

            Run run = quorate("groups", "--transfer", "3");

            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains("--transfer and --to go together");
        }

        @Test
        void waitingForHintsEndsByWhetherAllWereHandedOver() {
            store.answers(200, Map.of(), "{\"id\":\"x\",\"left\":[],\"delivered\":true}");
            assertThat(quorate("hints", "--wait")).isEqualTo(new Run(0, "all handed over\n", ""));

            store.answers(200, Map.of(), "{\"id\":\"x\",\"left\":[{\"node\":\"n2\"}],\"delivered\":false}");
            assertThat(quorate("hints", "--wait").code()).isEqualTo(3);
        }

        @Test
        void antiEntropyIsShownByPeer() {
            store.answers(
                    202,
                    Map.of(),
                    "{\"pairs\":[{\"partition\":1,\"n\":3,\"peer\":\"n2\",\"state\":\"idle\","
                            + "\"lastComplete\":\"2100-01-01T00:00:00Z\",\"keysCompared\":4,\"keysRepaired\":3,"
                            + "\"differingLeaves\":2,\"bytes\":99},{\"partition\":2,\"n\":3,\"peer\":\"n2\","
                            + "\"state\":\"stalled\",\"reason\":\"no answer\",\"lastComplete\":null,"
                            + "\"keysCompared\":0,\"keysRepaired\":0,\"differingLeaves\":0,\"bytes\":0}],"
                            + "\"oldestCompleteAgeMs\":null,\"scrub\":{\"leavesLooked\":7,\"leavesDamaged\":1}}");

            Run shown = quorate("anti-entropy", "status");
            assertThat(shown.out())
                    .contains(
                            "some pairs have not been compared yet",
                            "7 leaves held against their records, 1 damaged",
                            "n2    2      0        1        1      3         99",
                            "partition 2 with n2: no answer");
            Run begun = quorate("anti-entropy", "run", "--wait", "0");
            assertThat(begun.code()).isZero();
            assertThat(store.last().method()).isEqualTo("POST");
        }

        @Test
        void explainShowsEachReplica() {
            store.answers(
                    200,
                    Map.of(),
                    "{\"partition\":12,\"token\":\"ab\",\"homes\":[\"n2\",\"n3\"],\"fallbacks\":[],\"replicas\":"
                            + "[{\"node\":\"n2\",\"home\":true,\"result\":\"value\",\"dots\":[\"d-1\"],\"ms\":1.2}],"
                            + "\"merged\":{\"dots\":[\"d-1\"],\"siblings\":1},\"repair\":[\"n3\"]}");

            Run run = quorate("explain", "carts", "k");

            assertThat(run.out().lines())
                    .containsExactly(
                            "partition  12, token ab",
                            "homes      n2 n3",
                            "fallbacks  -",
                            "NODE  HOME  RESULT  MS   DOTS",
                            "n2    yes   value   1.2  d-1",
                            "merged     1 live: d-1",
                            "to repair  n3");
        }
    }
}
