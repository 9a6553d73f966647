package io.quorate.node.storage;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one node: locked while the node runs, marked at birth with what can never change, and remembering how the
 * last run ended.
 */
public final class DataDirectory implements AutoCloseable {
    /**
     * The folders in use by this process. File locks belong to a process, not to their holder in it: to open and close a
     * locked file a second time would unlock it, so the second user must be turned away before that.
     */
    private static final Set<Path> CLAIMS = ConcurrentHashMap.newKeySet();

    private final Path root;
    private final FileChannel channel;
    private final FileLock lock;
    private final SyncMode sync;
    private final Path claim;
    private final String lastRun;
    private boolean whole;
    private boolean keepsActors;
    /** Whether this disk has lost something, and nothing but this folder says so. */
    private boolean lossUntold;

    /**
     * What a folder is bound to.
     *
     * @param members of the cluster, with their zones: they decide who holds a key, so data is found again only under the
     *     same ones
     */
    public record Identity(String cluster, String node, int partitions, int replicas, String members) {}

    /** The folder cannot be used; the message says why and what to do. */
    public static final class UnusableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public UnusableException(String message) {
            super(message);
        }
    }

    private DataDirectory(
            Path root,
            Path claim,
            FileChannel channel,
            FileLock lock,
            SyncMode sync,
            boolean whole,
            Properties lastRun) {
        this.root = root;
        this.claim = claim;
        this.lastRun = lastRun.getProperty("run", "0");
        this.channel = channel;
        this.lock = lock;
        this.sync = sync;
        this.whole = whole;
        this.lossUntold = !whole;
        this.keepsActors = whole && allRenewed(lastRun);
    }

    /** Makes the folder if need be, locks it and checks whose it is. */
    public static DataDirectory open(Path root, Identity identity, SyncMode sync) {
        FileChannel channel = null;
        FileLock lock = null;
        Path claim = null;
        try {
            Files.createDirectories(root);
            claim = root.toRealPath();
            if (!CLAIMS.add(claim)) {
                claim = null;
                throw new UnusableException("data directory " + root + " is in use by pid "
                        + ProcessHandle.current().pid() + ", this very process; choose another directory");
            }
            channel = FileChannel.open(
                    root.resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            lock = lock(root, channel);
            boolean sameFiles = checkIdentity(root, identity);
            Properties last = lastRun(root);
            boolean whole = sameFiles && lostNothing(last);
            DataDirectory directory = new DataDirectory(root, claim, channel, lock, sync, whole, last);
            directory.writeRun(false);
            if (!sameFiles) {
                // Not before the run: a crash in between would leave a copy that looks like the original.
                markPlace(root, root.resolve("IDENTITY"));
            }
            return directory;
        } catch (IOException | RuntimeException e) {
            release(claim, channel, lock, e);
            if (e instanceof UnusableException unusable) {
                throw unusable;
            }
            throw new UnusableException("data directory " + root + " cannot be used: " + reason(e));
        }
    }

    private static String reason(Exception e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "no permission to write there";
        }
        if (e instanceof java.nio.file.FileAlreadyExistsException) {
            return "it is a file, not a folder";
        }
        if (e instanceof java.nio.file.FileSystemException failed && failed.getReason() != null) {
            return failed.getReason().toLowerCase(Locale.ROOT);
        }
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static FileLock lock(Path root, FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new UnusableException("data directory " + root + " is in use by pid " + owner(channel)
                    + "; stop that process or choose another directory");
        }
        byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(pid), 0);
        return lock;
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(32);
        int length = channel.read(text, 0);
        return length <= 0 ? "unknown" : new String(text.array(), 0, length, StandardCharsets.US_ASCII).trim();
    }

    /** False if the files are a copy of those that were made here: a restored backup, which may have forgotten things. */
    private static boolean checkIdentity(Path root, Identity wanted) throws IOException {
        Path file = root.resolve("IDENTITY");
        if (!Files.exists(file)) {
            Properties born = new Properties();
            born.setProperty("cluster", wanted.cluster());
            born.setProperty("node", wanted.node());
            born.setProperty("partitions", Integer.toString(wanted.partitions()));
            born.setProperty("replicas", Integer.toString(wanted.replicas()));
            born.setProperty("members", wanted.members());
            write(file, born);
            markPlace(root, file);
            return true;
        }
        Properties found = read(file);
        check(root, "cluster name", found.getProperty("cluster"), wanted.cluster());
        check(root, "node id", found.getProperty("node"), wanted.node());
        check(root, "number of partitions", found.getProperty("partitions"), Integer.toString(wanted.partitions()));
        check(root, "number of replicas", found.getProperty("replicas"), Integer.toString(wanted.replicas()));
        check(root, "a cluster of the members", found.getProperty("members", wanted.members()), wanted.members());
        Path place = root.resolve("PLACE");
        return Files.exists(place) && fileKey(file).equals(read(place).getProperty("identity"));
    }

    private static void check(Path root, String what, @Nullable String found, String wanted) {
        if (!wanted.equals(found)) {
            throw new UnusableException("data directory " + root + " belongs to " + what + " " + found
                    + ", but this node is configured with " + wanted
                    + "; choose another directory or restore the old setting");
        }
    }

    private static void markPlace(Path root, Path identity) throws IOException {
        Properties place = new Properties();
        place.setProperty("identity", fileKey(identity));
        write(root.resolve("PLACE"), place);
    }

    /** What a copy of a file cannot have in common with it: where there is one, the time its inode last changed. */
    private static String fileKey(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        Object changed = file.getFileSystem().supportedFileAttributeViews().contains("unix")
                ? Files.getAttribute(file, "unix:ctime")
                : attributes.creationTime();
        return attributes.fileKey() + " " + changed;
    }

    private static Properties lastRun(Path root) throws IOException {
        Path file = root.resolve("LAST_RUN");
        return Files.exists(file) ? read(file) : new Properties();
    }

    private static boolean lostNothing(Properties last) {
        boolean synced =
                last.isEmpty() || isClean(last) || SyncMode.GROUP.text().equals(last.getProperty("sync"));
        return synced && !"true".equals(last.getProperty("loss-untold"));
    }

    /** A run that took new actors has made them durable for all its replicas only once it ended in order. */
    private static boolean allRenewed(Properties last) {
        return isClean(last) || !"true".equals(last.getProperty("renewing"));
    }

    private static boolean isClean(Properties last) {
        return "true".equals(last.getProperty("clean"));
    }

    private void writeRun(boolean clean) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("run", run());
        properties.setProperty("sync", sync.text());
        properties.setProperty("renewing", Boolean.toString(!keepsActors));
        properties.setProperty("loss-untold", Boolean.toString(lossUntold));
        properties.setProperty("clean", Boolean.toString(clean));
        write(root.resolve("LAST_RUN"), properties);
    }

    /** The number of this run, to be kept in the database too. */
    public String run() {
        return Long.toString(Long.parseLong(lastRun) + 1);
    }

    /**
     * Compares the run that the database last knew with the one that this folder did: where they differ, one of the two is
     * a copy put back, which has forgotten what came after it was made (condition C8).
     *
     * @param found what {@link #run} was when the database was last opened; "0" if it never was
     */
    public void matchRun(String found) {
        if (found.equals(lastRun)) {
            return;
        }
        whole = false;
        lossUntold = true;
        keepsActors = false;
        rewriteRun();
    }

    /** The database knows by now what {@link #isWhole} says; until then every start would say it again. */
    public void lossIsKept() {
        if (lossUntold) {
            lossUntold = false;
            rewriteRun();
        }
    }

    private void rewriteRun() {
        try {
            writeRun(false);
        } catch (IOException e) {
            throw new UnusableException("data directory " + root + " cannot be used: " + reason(e));
        }
    }

    private static Properties read(Path file) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(file)));
        return properties;
    }

    /** Replaces a file so that a crash leaves the old or the new one, synced. */
    private static void write(Path file, Properties content) throws IOException {
        StringWriter text = new StringWriter();
        content.store(text, null);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            out.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
            out.force(true);
        }
        Files.move(
                fresh,
                file,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    public Path database() {
        return root.resolve("db");
    }

    public Path root() {
        return root;
    }

    /** Whether this disk is proved to hold all that was ever on it. */
    public boolean isWhole() {
        return whole;
    }

    /**
     * Whether everything this node ever issued is proved to be on this disk, so that it may go on under the same actors:
     * the files are where they were made, and the last run synced before it spoke or ended in order.
     */
    public boolean keepsActors() {
        return keepsActors;
    }

    /** Marks the end of the run as orderly and unlocks. */
    public void closeClean() {
        try {
            writeRun(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            close();
        }
    }

    /** Unlocks and leaves no mark, as after a crash. */
    @Override
    public void close() {
        release(claim, channel, lock, null);
    }

    private static void release(
            @Nullable Path claim, @Nullable FileChannel channel, @Nullable FileLock lock, @Nullable Exception cause) {
        try {
            if (lock != null) {
                lock.release();
            }
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            if (cause == null) {
                throw new UncheckedIOException(e);
            }
            cause.addSuppressed(e);
        } finally {
            if (claim != null) {
                CLAIMS.remove(claim);
            }
        }
    }
}
