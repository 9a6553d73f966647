package io.quorate.bench.load;

/** A run that could not take place, with the exit code and the one line that say why. */
final class LoadException extends Exception {
    static final int EXIT_NOT_FOUND = 1;
    static final int EXIT_UNAVAILABLE = 3;
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    LoadException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
