package io.quorate.node.protocol.store;

/** A stored record that does not match its checksum or format: an error of this replica, never an absence. */
public final class CorruptRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean damage;

    public CorruptRecordException(String message) {
        super(message);
        this.damage = true;
    }

    public CorruptRecordException(String message, Throwable cause) {
        this(message, cause, true);
    }

    /**
     * The same.
     *
     * @param damage false if its checksum is right: the disk has kept it, but this program cannot read it
     */
    public CorruptRecordException(String message, Throwable cause, boolean damage) {
        super(message, cause);
        this.damage = damage;
    }

    /** Whether the disk is to blame, as far as is known. */
    public boolean isDamage() {
        return damage;
    }
}
