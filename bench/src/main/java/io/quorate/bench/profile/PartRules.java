package io.quorate.bench.profile;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which part a sample belongs to: that of the innermost frame whose package or class has one, so that what a library does
 * counts for whoever called it. Of several prefixes that fit a class the longest decides. Bytes, their codecs and the
 * JDK have no part of their own.
 */
final class PartRules {
    private static final Map<String, Part> PREFIXES = ImmutableMap.<String, Part>builder()
            .put("io.quorate.ring.", Part.VERSIONS)
            .put("io.quorate.repair.", Part.VERSIONS)
            .put("io.quorate.node.protocol.replica.", Part.VERSIONS)
            .put("io.quorate.node.protocol.", Part.COORDINATORS)
            .put("io.quorate.node.door.", Part.COORDINATORS)
            .put("io.quorate.node.http.", Part.HTTP)
            .put("io.quorate.node.json.", Part.HTTP)
            .put("org.eclipse.jetty.", Part.HTTP)
            .put("com.fasterxml.jackson.", Part.HTTP)
            .put("io.quorate.node.storage.", Part.STORAGE)
            .put("org.rocksdb.", Part.STORAGE)
            .put("io.quorate.node.transport.", Part.TRANSPORT)
            .put("io.quorate.node.actor.", Part.TRANSPORT)
            .put("org.apache.pekko.", Part.TRANSPORT)
            .put("io.quorate.node.serial.", Part.CODEC)
            .put("com.esotericsoftware.", Part.CODEC)
            .put("io.quorate.node.metrics.", Part.METRICS)
            .put("io.micrometer.", Part.METRICS)
            .put("io.quorate.node.embedded.", Part.CLIENT)
            .put("io.quorate.client.", Part.CLIENT)
            .put("io.quorate.bench.", Part.LOAD)
            .buildOrThrow();

    /** Used by several parts: their frames count for the caller. */
    private static final List<String> SHARED =
            List.of("io.quorate.ring.bytes.", "io.quorate.ring.wire.", "io.quorate.ring.version.VersionCodec");

    /** Methods in which a thread waits and uses no processor. */
    private static final Set<String> WAITING = ImmutableSet.of(
            "jdk.internal.misc.Unsafe.park",
            "java.lang.Object.wait",
            "java.lang.Thread.sleep",
            "java.lang.ref.Reference.waitForReferencePendingList",
            "sun.nio.ch.EPoll.wait",
            "sun.nio.ch.Net.accept",
            "sun.nio.ch.Net.poll");

    private PartRules() {}

    /** The part of a stack of class names, innermost first. */
    static Part partOf(List<String> classes) {
        for (String name : classes) {
            if (SHARED.stream().anyMatch(name::startsWith)) {
                continue;
            }
            int longest = 0;
            Part found = Part.OTHER;
            for (Map.Entry<String, Part> rule : PREFIXES.entrySet()) {
                if (rule.getKey().length() > longest && name.startsWith(rule.getKey())) {
                    longest = rule.getKey().length();
                    found = rule.getValue();
                }
            }
            if (longest > 0) {
                return found;
            }
        }
        return Part.OTHER;
    }

    /** Whether a sample shows a thread that waits, by its innermost method as {@code class.method}. */
    static boolean isWaiting(String innermost) {
        return WAITING.contains(innermost);
    }

    /** Threads of one kind under one name: numbers become {@code #}. */
    static String threadGroup(String thread) {
        return thread.replaceAll("\\d+", "#");
    }
}
