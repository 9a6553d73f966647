package io.quorate.bench.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * A recording, added up by part and by kind of thread. A sample stands for the period at which its kind was taken; samples
 * of waiting threads are left out. Samples in native code are told apart: inside RocksDB they hold the wait for the disk
 * too. Collections and compilations are no samples and are told beside them.
 */
final class Profile {
    private static final String JAVA_SAMPLE = "jdk.ExecutionSample";
    private static final String NATIVE_SAMPLE = "jdk.NativeMethodSample";
    private static final double PERIOD_DEFAULT_MILLIS = 20;
    private static final int THREADS_MAX = 15;
    private static final double PERCENT = 100;

    private final Map<Part, Weight> parts = new EnumMap<>(Part.class);
    private final Map<String, Weight> threads = new TreeMap<>();
    private final Weight all = new Weight();
    private final Map<Long, String> eventNames = new HashMap<>();
    private final Map<String, Double> periodMillis = new HashMap<>();
    private Duration collecting = Duration.ZERO;
    private Duration compiling = Duration.ZERO;
    private @Nullable Instant first;
    private @Nullable Instant last;
    private long waiting;

    /** Samples and the time that they stand for. */
    private static final class Weight {
        private long samples;
        private double javaMillis;
        private double nativeMillis;

        private void add(boolean inNative, double millis) {
            samples++;
            if (inNative) {
                nativeMillis += millis;
            } else {
                javaMillis += millis;
            }
        }

        private double millis() {
            return javaMillis + nativeMillis;
        }
    }

    private Profile() {}

    /**
     * Reads a recording.
     *
     * @throws IOException if the file cannot be read or is no recording
     */
    static Profile read(Path file) throws IOException {
        Profile profile = new Profile();
        List<RecordedEvent> samples = new ArrayList<>();
        try (RecordingFile recording = new RecordingFile(file)) {
            recording.readEventTypes().forEach(type -> profile.eventNames.put(type.getId(), type.getName()));
            while (recording.hasMoreEvents()) {
                RecordedEvent event = recording.readEvent();
                switch (event.getEventType().getName()) {
                    // The periods may be told after the first samples.
                    case JAVA_SAMPLE, NATIVE_SAMPLE -> samples.add(event);
                    case "jdk.ActiveSetting" -> profile.setting(event);
                    case "jdk.GarbageCollection" ->
                        profile.collecting = profile.collecting.plus(event.getDuration("sumOfPauses"));
                    case "jdk.Compilation" -> profile.compiling = profile.compiling.plus(event.getDuration());
                    default -> {}
                }
            }
        }
        samples.forEach(profile::sample);
        return profile;
    }

    /** The samples that were not of waiting threads. */
    long samples() {
        return all.samples;
    }

    /** A part's share of the time, from 0 to 1. */
    double share(Part part) {
        Weight weight = parts.get(part);
        return weight == null || all.millis() == 0 ? 0 : weight.millis() / all.millis();
    }

    /** The kinds of threads seen, in order of their names. */
    List<String> threadGroups() {
        return List.copyOf(threads.keySet());
    }

    /** Two Markdown tables and a line about what is no sample. */
    String render() {
        StringBuilder out = new StringBuilder(
                String.format(Locale.ROOT, "| part | time | in Java | in native code |%n|---|---|---|---|%n"));
        for (Part part : Part.values()) {
            row(out, part.text(), parts.get(part));
        }
        out.append(String.format(Locale.ROOT, "%n| threads | time | in Java | in native code |%n|---|---|---|---|%n"));
        threads.entrySet().stream()
                .sorted(Comparator.comparingDouble(
                        (Map.Entry<String, Weight> entry) -> -entry.getValue().millis()))
                .limit(THREADS_MAX)
                .forEach(entry -> row(out, entry.getKey(), entry.getValue()));
        Instant from = first;
        Instant to = last;
        double seconds =
                from == null || to == null ? 0 : Duration.between(from, to).toMillis() / 1000.0;
        return out.append(String.format(
                        Locale.ROOT,
                        "%n%d samples in %.1f s, %d of waiting threads left out; beside them %d ms of pauses for garbage"
                                + " collection and %d ms of compilation.%n",
                        all.samples,
                        seconds,
                        waiting,
                        collecting.toMillis(),
                        compiling.toMillis()))
                .toString();
    }

    private void row(StringBuilder out, String name, @Nullable Weight weight) {
        if (weight != null) {
            out.append(String.format(
                    Locale.ROOT,
                    "| %s | %.1f %% | %.1f %% | %.1f %% |%n",
                    name,
                    PERCENT * weight.millis() / all.millis(),
                    PERCENT * weight.javaMillis / all.millis(),
                    PERCENT * weight.nativeMillis / all.millis()));
        }
    }

    private void sample(RecordedEvent event) {
        RecordedStackTrace stack = event.getStackTrace();
        if (stack == null || stack.getFrames().isEmpty()) {
            return;
        }
        List<String> classes = new ArrayList<>();
        for (RecordedFrame frame : stack.getFrames()) {
            classes.add(frame.getMethod().getType().getName());
        }
        RecordedMethod innermost = stack.getFrames().get(0).getMethod();
        if (PartRules.isWaiting(classes.get(0) + "." + innermost.getName())) {
            waiting++;
            return;
        }
        first = first == null || event.getStartTime().isBefore(first) ? event.getStartTime() : first;
        last = last == null || event.getStartTime().isAfter(last) ? event.getStartTime() : last;
        String kind = event.getEventType().getName();
        boolean inNative = kind.equals(NATIVE_SAMPLE);
        double millis = periodMillis.getOrDefault(kind, PERIOD_DEFAULT_MILLIS);
        RecordedThread thread = event.getThread("sampledThread");
        String name = thread == null || thread.getJavaName() == null ? "unknown" : thread.getJavaName();
        parts.computeIfAbsent(PartRules.partOf(classes), part -> new Weight()).add(inNative, millis);
        threads.computeIfAbsent(PartRules.threadGroup(name), group -> new Weight())
                .add(inNative, millis);
        all.add(inNative, millis);
    }

    private void setting(RecordedEvent event) {
        String value = event.getString("value");
        if (event.getString("name").equals("period") && value != null && value.endsWith(" ms")) {
            String name = eventNames.getOrDefault(event.getLong("id"), "");
            periodMillis.put(name, Double.parseDouble(value.substring(0, value.length() - " ms".length())));
        }
    }
}
