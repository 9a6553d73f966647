package io.quorate.bench.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A file system in memory, small enough to be filled, mounted at a folder. */
final class SmallDisk {
    private static final int MEGABYTES = 512;
    private static final int BLOCK = 1 << 20;

    private final Path root;

    private SmallDisk(Path root) {
        this.root = root;
    }

    /** Mounts one; null where this process may not. */
    static @Nullable SmallDisk mount(Path root) throws IOException, InterruptedException {
        Files.createDirectories(root);
        boolean mounted;
        try {
            mounted = run("mount", "-t", "tmpfs", "-o", "size=" + MEGABYTES + "m", "tmpfs", root.toString());
        } catch (IOException e) {
            // There is no such program here.
            mounted = false;
        }
        return mounted ? new SmallDisk(root) : null;
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " does not end");
        }
        return process.exitValue() == 0;
    }

    /** Takes all room that is left. */
    void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(root.resolve("filler"))) {
            byte[] block = new byte[BLOCK];
            while (root.toFile().getUsableSpace() > 0) {
                out.write(block);
            }
        } catch (IOException e) {
            if (root.toFile().getUsableSpace() > BLOCK) {
                throw e;
            }
        }
    }

    /** Gives it back. */
    void free() throws IOException {
        Files.deleteIfExists(root.resolve("filler"));
    }

    void unmount() throws IOException, InterruptedException {
        if (!run("umount", root.toString())) {
            run("umount", "-l", root.toString());
        }
    }
}
