package io.quorate.client.cli;

/** How data is printed. */
enum OutputForm {
    /** For people; a single value raw. */
    table,
    /** For programs. */
    json
}
