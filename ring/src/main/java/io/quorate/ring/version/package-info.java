/**
 * Dots, clocks and the container of a key: how concurrent writes are told from overwritten ones, and how deletes leave nothing behind. After dotted version vectors (Preguica et al., 2010) and server-wide clocks (Goncalves et al., 2017). Start with {@link io.quorate.ring.version.VersionRules}.
 */
@NullMarked
package io.quorate.ring.version;

import org.jspecify.annotations.NullMarked;
