package io.quorate.bench.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Where figures come from: this process's machine and build.
 *
 * @param memoryBytes of the machine; 0 if not known
 * @param commit of the sources, as the launcher told; {@code unknown} if it did not
 */
public record Machine(String os, String cpu, int cores, long memoryBytes, String jdk, String commit) {
    /** Set by the launcher. */
    static final String COMMIT_PROPERTY = "quorate.commit";

    public static Machine here() {
        long memory = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
        String commit = System.getProperty(COMMIT_PROPERTY, "");
        return new Machine(
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                memory,
                System.getProperty("java.vendor") + " " + Runtime.version(),
                commit.isEmpty() ? "unknown" : commit);
    }

    /** One line for people. */
    public String text() {
        return cores + " cores (" + cpu + "), " + (memoryBytes >> 30) + " GiB, " + os + ", JDK " + jdk + ", commit "
                + commit;
    }
}
