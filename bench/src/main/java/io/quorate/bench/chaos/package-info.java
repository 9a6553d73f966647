/** Real nodes under faults and a load whose whole history is checked. */
@NullMarked
package io.quorate.bench.chaos;

import org.jspecify.annotations.NullMarked;
