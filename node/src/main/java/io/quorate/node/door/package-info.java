/**
 * What every way in shares, HTTP and in-process calls alike: names resolved, levels checked, contexts opened, overload refused. Start with {@link io.quorate.node.door.Door}.
 */
@NullMarked
package io.quorate.node.door;

import org.jspecify.annotations.NullMarked;
