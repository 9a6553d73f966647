package io.quorate.node.protocol.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A scenario as it stands in a file: steps, under each what comes of it, and what is for people between them. */
final class ScenarioFile {
    private static final String INDENT = "    ";

    private final String name;
    private final List<String> lines;

    ScenarioFile(String name, List<String> lines) {
        this.name = name;
        this.lines = List.copyOf(lines);
    }

    static ScenarioFile read(Path file) {
        try {
            return new ScenarioFile(file.getFileName().toString(), Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Does all steps.
     *
     * @return the file as it should be
     */
    List<String> run() {
        ScenarioSteps steps = new ScenarioSteps();
        List<String> found = new ArrayList<>();
        boolean expects = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean step = !line.isBlank() && !line.startsWith("#");
            if (line.startsWith(INDENT) && !line.isBlank()) {
                if (!expects) {
                    throw new AssertionError(place(i) + ": output without a step before it");
                }
                continue;
            }
            expects = step;
            found.add(line);
            if (step) {
                output(steps, i).forEach(each -> found.add(INDENT + each));
            }
        }
        return found;
    }

    private List<String> output(ScenarioSteps steps, int at) {
        try {
            return steps.run(lines.get(at));
        } catch (RuntimeException e) {
            throw new AssertionError(place(at) + ": " + lines.get(at) + ": " + e.getMessage(), e);
        }
    }

    /** Does all steps, and throws if anything else comes of one than the file says. */
    void check() {
        List<String> found = run();
        for (int i = 0; i < Math.max(found.size(), lines.size()); i++) {
            String is = i < found.size() ? found.get(i) : "the end";
            String expected = i < lines.size() ? lines.get(i) : "the end";
            if (!is.equals(expected)) {
                throw new AssertionError(place(i) + ": expected\n" + expected + "\nbut found\n" + is + "\nin\n"
                        + String.join("\n", found));
            }
        }
    }

    private String place(int at) {
        return name + ":" + (at + 1);
    }
}
