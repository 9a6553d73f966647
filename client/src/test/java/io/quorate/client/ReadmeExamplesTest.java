package io.quorate.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The Java examples of the README's section on the client compile as they stand there, one after the other. */
class ReadmeExamplesTest {
    private static final Pattern SECTION = Pattern.compile("(?s)\n## In a Java program\n(.*?)\n## ");
    private static final Pattern EXAMPLE = Pattern.compile("(?s)\n```java\n(.*?)\n```");
    private static final int EXAMPLES_MIN = 6;

    /** What a reader would have imported, and the names that the text speaks of. */
    private static final String BEFORE = """
            import io.quorate.client.*;
            import io.quorate.client.data.*;
            import io.quorate.client.error.*;
            import io.quorate.client.http.*;
            import io.quorate.client.led.*;
            import io.quorate.client.metrics.*;
            import io.quorate.ring.consistency.*;
            import java.net.URI;
            import java.time.Duration;
            import java.util.*;
            class Examples {
                record Cart(String owner, List<String> items) {}
                interface Mapper { String write(Cart cart); Cart read(String json); }
            """;

    @Test
    void examplesCompile() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("LICENSE"))) {
            root = Objects.requireNonNull(root.getParent(), "no project folder above");
        }
        Matcher section = SECTION.matcher(Files.readString(root.resolve("README.md")));
        assertThat(section.find()).isTrue();
        Matcher example = EXAMPLE.matcher(section.group(1));
        StringBuilder source = new StringBuilder(BEFORE);
        int count = 0;
        while (example.find()) {
            count++;
            boolean opens = example.group(1).startsWith("QuorateClient ");
            source.append("    void example").append(count);
            source.append(
                    opens
                            ? "() {\n"
                            : "(QuorateClient client, LeaderlessView carts, LeaderView accounts, Mapper mapper) {\n");
            source.append(example.group(1)).append("\n    }\n");
        }
        assertThat(count).isGreaterThanOrEqualTo(EXAMPLES_MIN);
        assertThat(errors(source.append("}\n").toString())).isEmpty();
    }

    @Test
    void aWrongExampleWouldBeNoticed() {
        assertThat(errors(BEFORE + "void wrong(LeaderlessView carts) { carts.fetch(\"u1\"); } }"))
                .hasSize(1);
    }

    private static List<String> errors(String source) {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "this test needs a JDK");
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Examples.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options = List.of(
                "-proc:none",
                "-implicit:none",
                "-d",
                System.getProperty("java.io.tmpdir"),
                "-XDshould-stop.ifNoError=FLOW",
                "-classpath",
                System.getProperty("java.class.path"));
        compiler.getTask(null, null, found, options, null, List.of(file)).call();
        List<String> errors = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> each : found.getDiagnostics()) {
            if (each.getKind() == Diagnostic.Kind.ERROR) {
                errors.add(each.getMessage(Locale.ROOT) + " at line " + each.getLineNumber());
            }
        }
        return errors;
    }
}
