package io.quorate.node.protocol.store;

/** The disk or the engine failed: says which operation, where, and why. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean diskFull;
    private final boolean attempted;

    public StorageException(String message, Throwable cause, boolean diskFull) {
        super(message, cause);
        this.diskFull = diskFull;
        this.attempted = true;
    }

    /** A refusal that has no deeper cause. */
    public StorageException(String message) {
        this(message, false);
    }

    private StorageException(String message, boolean diskFull) {
        super(message);
        this.diskFull = diskFull;
        this.attempted = false;
    }

    /** A refusal for want of room: nothing was handed to the disk. */
    public static StorageException noRoom(String message) {
        return new StorageException(message, true);
    }

    private StorageException(StorageException first) {
        super(first.getMessage(), first);
        this.diskFull = first.diskFull;
        this.attempted = false;
    }

    /** The same failure for a change that came after it and was never handed to the disk. */
    public StorageException ofLater() {
        return new StorageException(this);
    }

    /** Whether some of the change may be on the disk all the same, to be found at the next start. */
    public boolean attempted() {
        return attempted;
    }

    public boolean diskFull() {
        return diskFull;
    }
}
