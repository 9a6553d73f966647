/** What it costs until homes are equal again: bytes, seconds, and what stays on disk. */
@NullMarked
package io.quorate.bench.repair;

import org.jspecify.annotations.NullMarked;
