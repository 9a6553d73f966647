package io.quorate.node.protocol.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The scenarios of {@code src/test/resources/raft}, each one story of a group in the language of {@link ScenarioSteps}. With
 * {@code -Dquorate.scenarios.rewrite=true} what comes of each step is written into the files instead of being compared: read
 * the difference before you keep it.
 */
class RaftScenarioTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "raft");

    @TestFactory
    Stream<DynamicTest> everyScenarioGoesAsWritten() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<Path> scenarios = files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
            assertThat(scenarios).hasSizeGreaterThan(20);
            return scenarios.stream()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
        }
    }

    private static void check(Path file) throws IOException {
        ScenarioFile scenario = ScenarioFile.read(file);
        if (Boolean.getBoolean("quorate.scenarios.rewrite")) {
            Files.write(file, scenario.run());
        }
        ScenarioFile.read(file).check();
    }

    private static void run(String... lines) {
        new ScenarioFile("story.txt", List.of(lines)).check();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            shout a                     | no step 'shout'
            elect z                     | no member z
            elect                       | something is missing
            wait 300                    | '300' is no time such as 300ms
            tick xms                    | 'x' is no number
            cut a>b>c                   | 'a>b>c' is no way such as a>b
            disk a sleeps               | 'sleeps' is neither 'hangs' nor 'works'
            deliver a>b soon            | 'soon' is neither 'first' nor 'last'
            deliver vote                | nothing of that is under way
            send a>b greeting           | no message: [greeting]
            send a>b vote term          | 'term' is not name=value
            send a>b vote color=red     | vote has no [color]
            send a>b append entries=1   | '1' is not index/term
            member a colour=red         | options are [log, term, vote], not [colour]
            member a log=1,2            | a log with entries of later terms than 0
            group a b                   | there is a group
            persist a                   | a writes nothing
            start a                     | a is up
            compact a 1                 | a has applied 0
            install a>b                 | b takes no state
            """)
    void whatIsNotUnderstoodIsToldWithFileAndLine(String step, String trouble) {
        assertThatThrownBy(() -> run("# Of three.", "group a b c", step))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("story.txt:3: " + step + ": ")
                .hasMessageContaining(trouble);
    }

    @Test
    void aScenarioBeginsWithAGroup() {
        assertThatThrownBy(() -> run("elect a")).hasMessageContaining("story.txt:1: ");
        assertThatThrownBy(() -> run("    a is leader in term 1")).hasMessageContaining("story.txt:1: ");
    }

    @Test
    void whatComesOtherwiseIsToldWithFileAndLine() {
        run(
                "group a",
                "tick 600ms",
                "    a is candidate in term 1",
                "show",
                "    a: candidate in term 1 (vote a), log -," + " durable 0, committed 0");
        assertThatThrownBy(() -> run("group a", "tick 600ms", "    a is leader in term 1"))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(
                        "story.txt:3: expected\n    a is leader in term 1\nbut found\n    a is candidate");
        assertThatThrownBy(() -> run("group a", "tick 600ms"))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("story.txt:3: expected\nthe end\nbut found\n    a is candidate");
    }
}
