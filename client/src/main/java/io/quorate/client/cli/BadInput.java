package io.quorate.client.cli;

/** Input that a command cannot use; the message is the whole line that its user sees. */
final class BadInput extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadInput(String message) {
        super(message);
    }
}
