package io.quorate.bench.local;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Reads samples from the Prometheus text format; lines that are no samples are passed over. */
public final class MetricsText {
    private final String text;

    public MetricsText(String text) {
        this.text = text;
    }

    /** One line: its labels, in order, and its value. */
    public record Sample(Map<String, String> labels, double value) {}

    /** All samples of the metric of exactly this name. */
    public List<Sample> samples(String name) {
        List<Sample> samples = new ArrayList<>();
        text.lines()
                .filter(line -> line.startsWith(name) && line.length() > name.length())
                .forEach(line -> {
                    Sample sample = parse(line, name.length());
                    if (sample != null) {
                        samples.add(sample);
                    }
                });
        return samples;
    }

    /** The sum of a metric of exactly this name over all its labels; empty if it has no sample. */
    public OptionalDouble sum(String name) {
        return samples(name).stream().mapToDouble(Sample::value).reduce(Double::sum);
    }

    private static @Nullable Sample parse(String line, int nameEnd) {
        Map<String, String> labels = new LinkedHashMap<>();
        int at = nameEnd;
        if (line.charAt(at) == '{') {
            at = parseLabels(line, at + 1, labels);
        } else if (!Character.isWhitespace(line.charAt(at))) {
            return null;
        }
        if (at < 0) {
            return null;
        }
        String rest = line.substring(at).strip();
        int space = rest.indexOf(' ');
        try {
            return new Sample(labels, Double.parseDouble(space < 0 ? rest : rest.substring(0, space)));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Returns the place behind the closing brace, or -1 if there is none. */
    private static int parseLabels(String line, int from, Map<String, String> labels) {
        int at = from;
        while (at < line.length() && line.charAt(at) != '}') {
            int equals = line.indexOf("=\"", at);
            if (equals < 0) {
                return -1;
            }
            StringBuilder value = new StringBuilder();
            int i = equals + 2;
            for (; i < line.length() && line.charAt(i) != '"'; i++) {
                if (line.charAt(i) == '\\' && i + 1 < line.length()) {
                    i++;
                    value.append(line.charAt(i) == 'n' ? '\n' : line.charAt(i));
                } else {
                    value.append(line.charAt(i));
                }
            }
            labels.put(line.substring(at, equals).strip(), value.toString());
            at = i + 1;
            while (at < line.length() && (line.charAt(at) == ',' || line.charAt(at) == ' ')) {
                at++;
            }
        }
        return at < line.length() ? at + 1 : -1;
    }
}
