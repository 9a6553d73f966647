package io.quorate.node.protocol.store;

/** The disk or the engine failed: says which operation, where, and why. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean diskFull;

    public StorageException(String message, Throwable cause, boolean diskFull) {
        super(message, cause);
        this.diskFull = diskFull;
    }

    public boolean diskFull() {
        return diskFull;
    }
}
