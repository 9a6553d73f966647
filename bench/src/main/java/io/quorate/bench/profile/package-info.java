/**
 * Where the time of a running node goes: samples of a JFR recording, sorted into the parts of the program. Start with
 * {@link io.quorate.bench.profile.PartRules}.
 */
@NullMarked
package io.quorate.bench.profile;

import org.jspecify.annotations.NullMarked;
