/** What benchmarks and chaos runs share: nodes of this machine, where they listen, and what they say of themselves. */
@NullMarked
package io.quorate.bench.local;

import org.jspecify.annotations.NullMarked;
